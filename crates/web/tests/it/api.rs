//! The JSON API: what a token may, what a retry does, what a page of a list is, and how refusals look.

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::county::{County, Page, Program};

const FOOD: &str = "/api/v1/kinds/food_sample/records";
const ALL: [&str; 3] = ["read", "write", "step"];

fn food(no: &str) -> Value {
    json!({ "fields": {
        "sample_name": "菜籽油", "sample_no": no, "sampled_on": "2026-03-01", "task_type": "supervision",
        "area": "500237001", "verdict": "qualified",
    } })
}

async fn created(program: &Program, no: &str) -> String {
    let page = program.post(FOOD, &[], &food(no)).await;
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
    page.json()["id"].as_str().unwrap().to_owned()
}

/// A refusal is a problem with a code and a Chinese sentence.
fn assert_refused(page: &Page, status: u16, code: &str) {
    assert_eq!((page.status.as_u16(), page.json()["code"].as_str()), (status, Some(code)), "{}", page.text);
    assert_eq!(page.headers[header::CONTENT_TYPE], "application/problem+json");
    assert!(page.json()["title"].as_str().unwrap().ends_with('。'), "{}", page.text);
}

#[tokio::test]
async fn a_record_is_created_read_corrected_withdrawn_and_restored() {
    let county = County::real();
    let program = county.program(&mut county.office().await, "", &ALL, &[]).await;
    let made = program.post(FOOD, &[], &food("A-1")).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let one = format!("{FOOD}/{id}");
    assert_eq!(made.headers[header::LOCATION], one.as_str());
    assert!(
        made.json()["moved"].as_array().unwrap().contains(&json!({ "indicator": "food_pass_rate", "period": "2026" }))
    );
    let read = program.get(&one).await;
    assert_eq!(read.headers[header::ETAG], "\"1\"");
    assert_eq!(read.json()["fields"]["area"], "500237001");
    assert_eq!(read.json()["case"], Value::Null);
    // What was read goes back as it is, with one field changed.
    let mut fields = read.json()["fields"].clone();
    fields["verdict"] = json!("unqualified");
    let correction = json!({ "reason": "复检", "fields": fields });
    assert_eq!(program.put(&one, &[("if-match", "\"1\"")], &correction).await.status, StatusCode::OK);
    let reason = json!({ "reason": "重复" });
    let gone = program.post(&format!("{one}/withdraw"), &[("if-match", "\"2\"")], &reason).await;
    assert_eq!(gone.json()["version"], 3);
    assert_eq!(program.get(FOOD).await.json()["records"], json!([]));
    assert_eq!(program.get(&format!("{FOOD}?withdrawn=yes")).await.json()["records"][0]["id"], id.as_str());
    assert_eq!(program.post(&format!("{one}/restore"), &[("if-match", "\"3\"")], &reason).await.status, StatusCode::OK);
    let history = program.get(&format!("{one}/history")).await.json();
    let ops: Vec<&str> =
        history["versions"].as_array().unwrap().iter().map(|one| one["op"].as_str().unwrap()).collect();
    assert_eq!(ops, ["create", "correct", "withdraw", "restore"]);
    assert_eq!(history["versions"][1]["changes"][0]["field"], "verdict");
}

#[tokio::test]
async fn a_bureau_s_token_sees_and_writes_what_the_bureau_s_pages_do() {
    let county = County::real();
    let mut office = county.office().await;
    let of_office = county.program(&mut office, "", &ALL, &[]).await;
    let id = created(&of_office, "A-1").await;
    // 县市场监管局 owns the samples; 县科技局 does not.
    let mut own = county.bureau(&mut office, "scjg").await;
    let mut other = county.bureau(&mut office, "kjj").await;
    let of_own = county.program(&mut own, "", &ALL, &[]).await;
    let of_other = county.program(&mut other, "", &ALL, &[]).await;
    let service = county.program(&mut office, "kjj", &ALL, &["food_sample"]).await;
    assert_eq!(of_own.get(FOOD).await.json()["records"].as_array().unwrap().len(), 1);
    assert_eq!(of_own.post(FOOD, &[], &food("A-2")).await.status, StatusCode::CREATED);
    for stranger in [&of_other, &service] {
        assert_eq!(stranger.get(FOOD).await.json()["records"], json!([]));
        assert_refused(&stranger.get(&format!("{FOOD}/{id}")).await, 403, "ZH3002");
        assert_refused(&stranger.get(&format!("{FOOD}/{id}/history")).await, 403, "ZH3002");
        assert_refused(&stranger.post(FOOD, &[], &food("A-3")).await, 403, "ZH3002");
        let gone =
            stranger.post(&format!("{FOOD}/{id}/withdraw"), &[("if-match", "\"1\"")], &json!({ "reason": "x" })).await;
        assert_refused(&gone, 403, "ZH3002");
        let found = stranger.get("/api/v1/search?q=%E8%8F%9C%E7%B1%BD%E6%B2%B9").await.json();
        assert_eq!(found["records"], json!([]));
        let behind = stranger.get("/api/v1/indicators/food_pass_rate/records").await.json();
        assert_eq!(behind["records"], json!([]));
    }
    // An account that is disabled takes its tokens with it.
    let page = office.get("/accounts").await;
    let at = page.text.find("/disable").unwrap();
    let path = page.text[..at].rsplit('"').next().unwrap().to_owned();
    office.post(&format!("{path}/disable"), &[]).await;
    let answers = [of_own.get(FOOD).await.status, of_other.get(FOOD).await.status];
    assert!(answers.contains(&StatusCode::UNAUTHORIZED), "{answers:?}");
}

#[tokio::test]
async fn personal_fields_are_covered_in_lists_as_on_the_pages() {
    let county = County::real();
    let mut office = county.office().await;
    let program = county.program(&mut office, "", &ALL, &[]).await;
    let list = "/api/v1/kinds/laboratory/records";
    let document = program.get("/api/v1/openapi.json").await.json();
    let post = &document["paths"]["/kinds/laboratory/records"]["post"];
    let mut body = post["requestBody"]["content"]["application/json"]["example"].clone();
    body["fields"]["contact_phone"] = json!("13812345678");
    let made = program.post(list, &[], &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let phone = |page: Page| page.json()["records"][0]["fields"]["contact_phone"].clone();
    assert_eq!(phone(program.get(list).await), "13812345678");
    let mut own = county.bureau(&mut office, "scjg").await;
    let of_own = county.program(&mut own, "", &["read"], &[]).await;
    assert_eq!(phone(of_own.get(list).await), "13812345678", "the body's own people read it");
    // A service of the same body sees that there is one, on the list and on the record; with a right of its own it reads it.
    let service = county.program(&mut office, "scjg", &["read"], &["laboratory"]).await;
    let one = format!("{list}/{}", made.json()["id"].as_str().unwrap());
    for covered in [phone(service.get(list).await), service.get(&one).await.json()["fields"]["contact_phone"].clone()] {
        assert!(covered.is_string() && covered != "13812345678", "{covered}");
    }
    let trusted = county.program(&mut office, "scjg", &["read", "personal"], &["laboratory"]).await;
    assert_eq!(trusted.get(&one).await.json()["fields"]["contact_phone"], "13812345678");
}

#[tokio::test]
async fn a_token_does_only_what_it_was_given_and_until_it_is_revoked() {
    let county = County::real();
    let mut office = county.office().await;
    let reader = county.program(&mut office, "", &["read"], &["food_sample"]).await;
    assert_eq!(reader.get(FOOD).await.status, StatusCode::OK);
    assert_refused(&reader.post(FOOD, &[], &food("A-1")).await, 403, "ZH4103");
    assert_refused(&reader.get("/api/v1/kinds/patent/records").await, 403, "ZH4103");
    assert_refused(&county.program_with("").get(FOOD).await, 401, "ZH4101");
    assert_refused(&county.program_with("zh_0").get(FOOD).await, 401, "ZH4102");
    let page = office.get("/tokens").await;
    let at = page.text.find("/revoke").unwrap();
    let path = page.text[..at].rsplit('"').next().unwrap().to_owned();
    office.post_on(&format!("{path}/revoke"), &[]).await.assert_shows("已撤销");
    assert_refused(&reader.get(FOOD).await, 401, "ZH4102");
    // A session is no token: what another site makes a browser send does nothing here.
    assert_eq!(office.get(FOOD).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn only_who_administers_accounts_makes_tokens_of_services() {
    let county = County::real();
    let mut office = county.office().await;
    let mut bureau = county.bureau(&mut office, "scjg").await;
    bureau.get("/tokens").await.assert_hides("服务：");
    let form = [("name", "x"), ("of", "county"), ("days", "30"), ("rights", "read")];
    assert_eq!(bureau.post("/tokens", &form).await.status, StatusCode::FORBIDDEN);
    let service = county.program(&mut office, "scjg", &ALL, &["food_sample"]).await;
    let id = created(&service, "A-1").await;
    let history = service.get(&format!("{FOOD}/{id}/history")).await.json();
    assert_eq!(history["versions"][0]["by"], "接口：测试程序");
    office.get("/tokens").await.assert_shows("服务：").assert_shows("最近使用");
}

#[tokio::test]
async fn a_retry_is_answered_as_the_first_time_and_does_nothing() {
    let county = County::real();
    let program = county.program(&mut county.office().await, "", &ALL, &[]).await;
    let key = [("idempotency-key", "run-2026-0001")];
    let (first, again) = (program.post(FOOD, &key, &food("A-1")).await, program.post(FOOD, &key, &food("A-1")).await);
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_refused(&program.post(FOOD, &key, &food("A-2")).await, 409, "ZH3003");
    // The same content under another key is a second sample with the first one's number.
    assert_refused(&program.post(FOOD, &[("idempotency-key", "run-2026-0002")], &food("A-1")).await, 409, "ZH3003");
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let path = format!("{FOOD}/{id}/withdraw");
    let headers = [("idempotency-key", "run-2026-0003"), ("if-match", "\"1\"")];
    let reason = json!({ "reason": "重复" });
    let first = program.post(&path, &headers, &reason).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    assert_eq!(program.post(&path, &headers, &reason).await.text, first.text);
}

#[tokio::test]
async fn a_correction_names_the_version_that_it_corrects() {
    let county = County::real();
    let program = county.program(&mut county.office().await, "", &ALL, &[]).await;
    let one = format!("{FOOD}/{}", created(&program, "A-1").await);
    let mut correction = food("A-1");
    correction["reason"] = json!("更名");
    correction["fields"]["sample_name"] = json!("花椒油");
    assert_refused(&program.put(&one, &[], &correction).await, 428, "ZH4112");
    assert_refused(&program.put(&one, &[("if-match", "new")], &correction).await, 400, "ZH4105");
    assert_eq!(program.put(&one, &[("if-match", "W/\"1\"")], &correction).await.status, StatusCode::OK);
    assert_refused(&program.put(&one, &[("if-match", "\"1\"")], &correction).await, 412, "ZH4111");
    created(&program, "A-2").await;
    correction["fields"]["sample_no"] = json!("A-2");
    assert_refused(&program.put(&one, &[("if-match", "\"2\"")], &correction).await, 409, "ZH3003");
}

#[tokio::test]
async fn pages_of_a_list_hold_every_record_once_while_others_are_added() {
    let county = County::real();
    let program = county.program(&mut county.office().await, "", &["read", "write", "export"], &[]).await;
    let mut there = Vec::new();
    for no in 0..7 {
        there.push(created(&program, &format!("A-{no}")).await);
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = program.get(&format!("{FOOD}?limit=2{after}")).await.json();
        seen.extend(page["records"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        created(&program, &format!("B-{}", seen.len())).await;
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), seen.len(), "a record came twice");
    assert!(there.iter().all(|id| seen.contains(id)), "a record was passed over");
}

#[tokio::test]
async fn everything_that_is_wrong_is_refused_with_its_own_status() {
    let county = County::real();
    let program = county.program(&mut county.office().await, "", &ALL, &[]).await;
    let wrong =
        json!({ "fields": { "sample_name": 1, "colour": "red", "verdict": "good", "sampled_on": "2026-02-30" } });
    let page = program.post(FOOD, &[], &wrong).await;
    assert_refused(&page, 422, "ZH4109");
    let fields: Vec<Value> =
        page.json()["problems"].as_array().unwrap().iter().map(|one| one["field"].clone()).collect();
    for field in ["sample_name", "colour", "verdict", "sampled_on"] {
        assert!(fields.contains(&json!(field)), "{field}: {fields:?}");
    }
    // What the pack says of the rest comes with it, and everything says where.
    let page = program.post(FOOD, &[], &json!({ "fields": { "sampled_on": "2030-01-01", "a/b": 1 } })).await;
    let problems = page.json()["problems"].clone();
    let at: Vec<&str> = problems.as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert!(at.starts_with(&["/fields/a~1b", "/fields/sample_name"]), "{at:?}");
    assert_eq!(at.iter().filter(|at| **at == "/fields/sampled_on").count(), 1, "{problems}");
    // Well shaped, and refused by the pack with its own words.
    let mut late = food("A-1");
    late["fields"]["sampled_on"] = json!("2030-01-01");
    let page = program.post(FOOD, &[], &late).await;
    assert_refused(&page, 422, "ZH3004");
    assert_eq!(page.json()["problems"][0]["field"], "sampled_on");
    let json = [("content-type", "application/json")];
    assert_refused(&program.send(Method::POST, FOOD, &json, "{").await, 400, "ZH4106");
    assert_refused(&program.send(Method::POST, FOOD, &json, vec![0xff]).await, 400, "ZH4106");
    assert_refused(&program.send(Method::POST, FOOD, &json, vec![b' '; 2 << 20]).await, 413, "ZH4108");
    assert_refused(&program.send(Method::POST, FOOD, &[("content-type", "text/plain")], "{}").await, 415, "ZH4107");
    assert_refused(&program.send(Method::DELETE, FOOD, &[], "").await, 405, "ZH4115");
    for query in
        ["colour=red", "limit=0", "limit=1&limit=2", "from=2026-2-1", "after=x", "f.sample_no=", "f.remark=%00"]
    {
        assert_refused(&program.get(&format!("{FOOD}?{query}")).await, 400, "ZH4104");
    }
    for path in ["/api/v1/nothing", "/api/v2/kinds"] {
        assert_refused(&program.get(path).await, 404, "ZH4114");
    }
    for path in ["/api/v1/kinds/none", "/api/v1/kinds/food_sample/records/0", "/api/v1/indicators/none/records"] {
        assert_refused(&program.get(path).await, 404, "ZH3001");
    }
    let absent = format!("{FOOD}/{}", "0".repeat(32));
    assert_refused(&program.get(&absent).await, 404, "ZH3001");
}

#[tokio::test]
async fn a_reference_to_a_record_or_file_that_the_caller_may_not_name_is_refused() {
    let county = County::real();
    let program = county.program(&mut county.office().await, "", &ALL, &[]).await;
    let pack = county.app.pack.clone();
    let (kind, field) = pack
        .kinds
        .iter()
        .find_map(|kind| Some((kind, kind.fields.iter().find(|field| field.kind == zhiheng_pack::Type::File)?)))
        .expect("a kind with a file");
    let extension = field.accept.first().cloned().unwrap_or_else(|| "pdf".to_owned());
    let bytes = [("content-type", "application/octet-stream")];
    let path = format!("/api/v1/files?name=a.{extension}");
    let file = program.send(Method::POST, &path, &bytes, "%PDF-1.7 content").await;
    assert_eq!(file.status, StatusCode::CREATED, "{}", file.text);
    let list = format!("/api/v1/kinds/{}/records", kind.id);
    let document = program.get("/api/v1/openapi.json").await.json();
    let post = &document["paths"][list.strip_prefix("/api/v1").unwrap()]["post"];
    let mut body = post["requestBody"]["content"]["application/json"]["example"].clone();
    body["fields"][&field.id] = json!({ "digest": "0".repeat(64) });
    assert_eq!(program.post(&list, &[], &body).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    body["fields"][&field.id] = json!({ "digest": file.json()["digest"] });
    let made = program.post(&list, &[], &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let read = program.get(&format!("{list}/{id}/files/{}", file.json()["digest"].as_str().unwrap())).await;
    assert_eq!(read.text, "%PDF-1.7 content");
}

/// A case of the first kind whose sample opens one with a clock and an open step.
struct Opened {
    kind: String,
    one: String,
    id: Value,
    case: Value,
}

async fn opened(county: &County, program: &Program) -> Opened {
    let document = program.get("/api/v1/openapi.json").await.json();
    for kind in county.app.pack.kinds.iter().filter(|kind| !kind.procedures.is_empty()) {
        let post = &document["paths"][format!("/kinds/{}/records", kind.id)]["post"];
        let mut body = post["requestBody"]["content"]["application/json"]["example"].clone();
        // Opened today: the procedure in force applies.
        if let Some(day) = kind.day.map(|at| &kind.fields[at].id).filter(|day| body["fields"][*day].is_string()) {
            body["fields"][day] = json!("2026-11-20");
        }
        let made = program.post(&format!("/api/v1/kinds/{}/records", kind.id), &[], &body).await;
        if made.status != StatusCode::CREATED {
            continue;
        }
        let one = format!("/api/v1/kinds/{}/records/{}", kind.id, made.json()["id"].as_str().unwrap());
        let case = program.get(&one).await.json()["case"].clone();
        if case["clocks"][0]["due"].is_string() && case["steps"][0].is_object() {
            return Opened { kind: kind.id.clone(), one, id: made.json()["id"].clone(), case };
        }
    }
    panic!("no sample opens a case with a clock and an open step");
}

#[tokio::test]
async fn a_case_is_handled_step_by_step() {
    let county = County::real();
    let mut office = county.office().await;
    let program = county.program(&mut office, "", &ALL, &[]).await;
    let document = program.get("/api/v1/openapi.json").await.json();
    let Opened { kind, one, id, case } = opened(&county, &program).await;
    let clock = &case["clocks"][0];
    assert!(clock["due"].is_string() && clock["count"].as_array().is_some_and(|days| days.len() > 1), "{case}");
    let work = program.get("/api/v1/work").await.json();
    assert!(work["work"].as_array().unwrap().iter().any(|line| line["record"] == id), "{work}");
    // Every open step can be looked up in the document, and refuses what the document does not know.
    let steps: Vec<&str> = case["steps"].as_array().unwrap().iter().map(|step| step["id"].as_str().unwrap()).collect();
    assert!(!steps.is_empty());
    for step in &steps {
        assert!(document["paths"][format!("/kinds/{kind}/records/{{id}}/steps/{step}")].is_object(), "{step}");
        let page = program.post(&format!("{one}/steps/{step}"), &[], &json!({ "colour": 1 })).await;
        assert_refused(&page, 422, "ZH4109");
    }
    let body = program.get(&one).await.json()["body"].as_str().expect("a case of a body").to_owned();
    let login = format!("of_{body}");
    county.bureau(&mut office, &body).await;
    let given = program.post(&format!("{one}/acts/assign"), &[], &json!({ "assignee": login })).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    assert_eq!(program.get(&one).await.json()["case"]["assignee"], login.as_str());
    let given = program.post(&format!("{one}/acts/assign"), &[], &json!({ "assignee": "nobody" })).await;
    assert_refused(&given, 422, "ZH3004");
    assert_refused(&program.post(&format!("{one}/steps/none"), &[], &json!({})).await, 404, "ZH3001");
}

/// Several samples as one body.
fn batch(numbers: &[&str], each: bool) -> Value {
    json!({ "records": numbers.iter().map(|no| food(no)).collect::<Vec<Value>>(), "each": each })
}

const FOODS: &str = "/api/v1/kinds/food_sample/batch";

#[tokio::test]
async fn a_batch_is_one_change_and_its_retry_does_nothing() {
    let county = County::real();
    let program = county.program(&mut county.office().await, "", &ALL, &[]).await;
    let key = [("idempotency-key", "batch-2026-01")];
    let first = program.post(FOODS, &key, &batch(&["A-1", "A-2", "A-3"], false)).await;
    assert_eq!((first.status, &first.json()["stored"]), (StatusCode::CREATED, &json!(3)), "{}", first.text);
    assert_eq!(program.post(FOODS, &key, &batch(&["A-1", "A-2", "A-3"], false)).await.text, first.text);
    assert_refused(&program.post(FOODS, &key, &batch(&["A-1"], false)).await, 409, "ZH3003");
    // One number that is taken refuses all of it.
    assert_refused(&program.post(FOODS, &[], &batch(&["B-1", "A-2"], false)).await, 409, "ZH3003");
    assert_refused(&program.post(FOODS, &[], &batch(&["B-1", "B-1"], false)).await, 409, "ZH3003");
    assert_eq!(program.get(FOOD).await.json()["records"].as_array().unwrap().len(), 3);
    // What is wrong is said of every record at its place, of shape and of content alike.
    let mut wrong = batch(&["B-1", "B-2", "B-3"], false);
    wrong["records"][0]["fields"]["sampled_on"] = json!("2030-01-01");
    wrong["records"][2]["fields"]["verdict"] = json!("good");
    let page = program.post(FOODS, &[], &wrong).await;
    assert_refused(&page, 422, "ZH4109");
    let pointers: Vec<Value> =
        page.json()["problems"].as_array().unwrap().iter().map(|one| one["pointer"].clone()).collect();
    assert_eq!(pointers, ["/records/2/fields/verdict", "/records/0/fields/sampled_on"]);
    wrong["records"][2]["fields"]["verdict"] = json!("qualified");
    let page = program.post(FOODS, &[], &wrong).await;
    assert_eq!(page.json()["problems"][0]["pointer"], "/records/0/fields/sampled_on", "{}", page.text);
    assert_eq!(page.json()["problems"][0]["field"], "sampled_on");
    let none = json!({ "records": [], "all": true });
    assert_eq!(program.post(FOODS, &[], &none).await.json()["problems"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn of_a_batch_one_by_one_each_has_its_own_answer() {
    let county = County::real();
    let program = county.program(&mut county.office().await, "", &ALL, &[]).await;
    created(&program, "A-2").await;
    let mut given = batch(&["A-1", "A-2", "A-3", "A-4"], true);
    let key = [("idempotency-key", "batch-2026-02")];
    // What contradicts the document is refused as a whole.
    given["records"][2]["fields"]["verdict"] = json!("good");
    assert_refused(&program.post(FOODS, &key, &given).await, 422, "ZH4109");
    given["records"][2] = food("A-3");
    given["records"][2]["fields"]["sampled_on"] = json!("2030-01-01");
    let page = program.post(FOODS, &key, &given).await;
    assert_eq!((page.status, &page.json()["stored"]), (StatusCode::OK, &json!(2)), "{}", page.text);
    let results = page.json()["results"].clone();
    assert!(results[0]["receipt"]["id"].is_string() && results[3]["receipt"]["id"].is_string(), "{results}");
    assert_eq!(results[1]["problem"]["code"], "ZH3003");
    assert_eq!(results[2]["problem"]["problems"][0]["pointer"], "/records/2/fields/sampled_on");
    // Mended, the same request stores only what was missing.
    given["records"][2] = food("A-3");
    let again = program.post(FOODS, &key, &given).await.json();
    assert_eq!((&again["stored"], &again["results"][0]), (&json!(3), &results[0]));
    assert_eq!(program.get(FOOD).await.json()["records"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn who_follows_the_changes_has_every_record_as_it_stands() {
    let county = County::real();
    let mut office = county.office().await;
    let taking_out = ["read", "write", "export"];
    let program = county.program(&mut office, "", &taking_out, &[]).await;
    let first = created(&program, "A-1").await;
    let mut ids = vec![first.clone()];
    for no in 2..6 {
        ids.push(created(&program, &format!("A-{no}")).await);
    }
    let reason = json!({ "reason": "重复" });
    program.post(&format!("{FOOD}/{first}/withdraw"), &[("if-match", "\"1\"")], &reason).await;
    let follow = async |program: &Program, mut after: String| {
        let mut seen = Vec::new();
        loop {
            let page = program.get(&format!("/api/v1/changes?limit=2{after}")).await.json();
            seen.extend(page["changes"].as_array().unwrap().clone());
            after = format!("&after={}", page["next"].as_str().unwrap());
            if page["more"] == false {
                return (seen, after);
            }
        }
    };
    let (seen, after) = follow(&program, String::new()).await;
    let told: Vec<&str> = seen.iter().map(|one| one["id"].as_str().unwrap()).collect();
    // The withdrawn one comes once, last, as it stands.
    assert_eq!(told, [&ids[1..], &ids[..1]].concat());
    assert_eq!((&seen[4]["op"], &seen[4]["live"], &seen[4]["version"]), (&json!("withdraw"), &json!(false), &json!(2)));
    assert_eq!(follow(&program, after.clone()).await.0, Vec::<Value>::new());
    created(&program, "A-6").await;
    assert_eq!(follow(&program, after).await.0.len(), 1);
    assert_eq!(
        program.get("/api/v1/changes?since=2026-11-23&kind=food_sample").await.json()["changes"]
            .as_array()
            .unwrap()
            .len(),
        6
    );
    assert_eq!(program.get("/api/v1/changes?since=2026-11-24").await.json()["changes"], json!([]));
    assert_eq!(
        program.get("/api/v1/changes?since=2026-11-24&after=1").await.json()["changes"],
        json!([]),
        "of two places the later one"
    );
    // A program of another body, or of other kinds, is told nothing, and still goes on from where it looked.
    for stranger in [
        county.program(&mut office, "kjj", &taking_out, &["food_sample", "patent"]).await,
        county.program(&mut office, "", &taking_out, &["patent"]).await,
    ] {
        let page = stranger.get("/api/v1/changes").await.json();
        assert_eq!((&page["changes"], &page["more"]), (&json!([]), &json!(false)));
        assert_ne!(page["next"], "0");
    }
    let other = county.program(&mut office, "", &ALL, &["patent"]).await;
    assert_refused(&other.get("/api/v1/changes?kind=food_sample").await, 403, "ZH4103");
    // Page after page is taking out: without that right there is the first page only.
    let reader = county.program(&mut office, "", &ALL, &["food_sample"]).await;
    assert_eq!(reader.get("/api/v1/changes?limit=2").await.json()["changes"].as_array().unwrap().len(), 2);
    for more in ["?limit=51", "?after=1", "?since=2026-11-23"] {
        assert_refused(&reader.get(&format!("/api/v1/changes{more}")).await, 403, "ZH4103");
    }
}

#[tokio::test]
async fn what_a_program_has_already_is_not_sent_again() {
    let county = County::real();
    let program = county.program(&mut county.office().await, "", &ALL, &[]).await;
    let one = format!("{FOOD}/{}", created(&program, "A-1").await);
    let known = program.send(Method::GET, &one, &[("if-none-match", "W/\"7\", \"1\"")], "").await;
    assert_eq!((known.status, known.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(known.headers[header::ETAG], "\"1\"");
    assert_eq!(program.send(Method::GET, &one, &[("if-none-match", "\"2\"")], "").await.status, StatusCode::OK);
    let document = program.get("/api/v1/openapi.json").await;
    let tag = document.headers[header::ETAG].to_str().unwrap().to_owned();
    let again = program.send(Method::GET, "/api/v1/openapi.json", &[("if-none-match", &tag)], "").await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let left = |page: &Page| page.headers["ratelimit-remaining"].to_str().unwrap().parse::<i64>().unwrap();
    assert!(left(&program.get(&one).await) < 1000);
}

#[tokio::test]
async fn the_document_of_a_token_has_what_it_may_do_and_no_more() {
    let county = County::real();
    let mut office = county.office().await;
    let reader = county.program(&mut office, "", &["read"], &["food_sample"]).await;
    let document = reader.get("/api/v1/openapi/mine.json").await.json();
    let of_kinds: Vec<(&String, &Value)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(path, _)| path.starts_with("/kinds/") && *path != "/kinds/{kind}")
        .collect();
    assert!(!of_kinds.is_empty());
    for (path, item) in of_kinds {
        assert!(path.starts_with("/kinds/food_sample/"), "{path}");
        assert_eq!(item.as_object().unwrap().keys().collect::<Vec<_>>(), ["get"], "{path}");
    }
    assert!(document["components"]["schemas"]["patent_given"].is_null());
    // 县科技局 may not write food samples, whatever its token says.
    let cases = county.app.pack.kinds.iter().filter(|kind| !kind.procedures.is_empty()).map(|kind| kind.id.as_str());
    let kinds: Vec<&str> = cases.chain(["food_sample"]).collect();
    let service = county.program(&mut office, "kjj", &ALL, &kinds).await;
    let document = service.get("/api/v1/openapi/mine.json").await.json();
    assert!(document["paths"][FOODS.strip_prefix("/api/v1").unwrap()].is_null());
    let steps = |path: &&String| path.contains("/steps/");
    assert!(document["paths"].as_object().unwrap().keys().any(|path| steps(&path)));
}

/// Every address of the API about one record, tried with everything a token can be given, by those to whom the record does not belong.
#[tokio::test]
async fn no_token_reaches_a_record_that_its_holder_does_not() {
    let county = County::real();
    let mut office = county.office().await;
    let of_office = county.program(&mut office, "", &ALL, &[]).await;
    let sample = created(&of_office, "A-1").await;
    let case = opened(&county, &of_office).await;
    assert_ne!(of_office.get(&case.one).await.json()["body"], "kjj");
    let step = case.case["steps"][0]["id"].as_str().unwrap();
    let mut bureau = county.bureau(&mut office, "kjj").await;
    let strangers = [
        (county.program(&mut bureau, "", &ALL, &[]).await, 403),
        (county.program(&mut office, "kjj", &ALL, &["food_sample", &case.kind]).await, 403),
        // Of the whole county, and of another kind only.
        (county.program(&mut office, "county", &ALL, &["patent"]).await, 403),
        (county.program_with("zh_0"), 401),
    ];
    let mut tried = 0;
    for route in zhiheng_web::routes::ROUTES.iter().filter(|route| route.path.contains("/kinds/{kind}/records/{id}")) {
        let of_case = (case.kind.as_str(), case.id.as_str().unwrap());
        let cases = route.path.contains("/steps/") || route.path.contains("/acts/");
        for (kind, id) in [("food_sample", sample.as_str()), of_case].into_iter().skip(usize::from(cases)) {
            let path = route.path.replace("{kind}", kind).replace("{id}", id).replace("{step}", step);
            let path = path.replace("{act}", "assign").replace("{digest}", &"0".repeat(64));
            let body = match route.method {
                "PUT" => json!({ "reason": "x", "fields": food("A-1")["fields"] }),
                _ if path.ends_with("/assign") => json!({ "assignee": null }),
                _ if cases => json!({}),
                _ => json!({ "reason": "x" }),
            };
            let headers = [("if-match", "\"1\""), ("content-type", "application/json")];
            for (stranger, status) in &strangers {
                let method: Method = route.method.parse().unwrap();
                let sent = if route.method == "GET" { String::new() } else { body.to_string() };
                let page = stranger.send(method, &path, &headers, sent).await;
                assert_eq!(page.status.as_u16(), *status, "{} {path}: {}", route.method, page.text);
                tried += 1;
            }
        }
    }
    assert!(tried >= 56, "{tried}");
    for one in [format!("{FOOD}/{sample}"), case.one] {
        let history = of_office.get(&format!("{one}/history")).await.json();
        assert_eq!(history["versions"].as_array().unwrap().len(), 1, "{history}");
    }
    // A batch is no way around it: of the body that may not, none; where a row says whose it is, not somebody else's.
    for (stranger, status) in &strangers {
        assert_eq!(stranger.post(FOODS, &[], &batch(&["Z-1"], false)).await.status.as_u16(), *status);
        assert_eq!(stranger.post(FOODS, &[], &batch(&["Z-1"], true)).await.status.as_u16(), *status);
    }
}

/// A pack of one register and one procedure.
const SMALL: &str = r#"
[pack]
id = "test"
title = "示例"
place = { code = "990199", name = "示例县" }
document = "plan.txt"
baseline_year = 2022
target_year = 2027
[[body]]
id = "scjg"
name = "县市场监管局"
[[area]]
code = "990199001"
name = "青石镇"
[[list]]
id = "grounds"
name = "不予受理的理由"
item = [{ id = "other", name = "不属本局" }, { id = "old", name = "旧", until = 2020-01-01 }]
[kind]
id = "matter"
name = "诉求"
group = "办理"
mode = "handle"
about = "一件诉求"
label = "{title}"
day = "lodged_on"
body = "scjg"
columns = ["title"]
filters = [["grounds"]]
[[kind.field]]
id = "title"
name = "标题"
type = "text"
required = true
max_len = 20
[[kind.field]]
id = "lodged_on"
name = "登记日期"
type = "date"
required = true
[[kind.field]]
id = "amount"
name = "金额"
type = "decimal"
decimals = 2
unit = "元"
[[kind.field]]
id = "grounds"
name = "理由"
type = "choice"
list = "grounds"
[[kind.field]]
id = "phone"
name = "电话"
type = "text"
personal = true
[[kind.field]]
id = "area"
name = "乡镇"
type = "area"
[[kind.field]]
id = "paper"
name = "材料"
type = "file"
accept = ["pdf"]
[[kind.sample]]
title = "一件事"
lodged_on = 2026-01-05
[[procedure]]
id = "matter"
kind = "matter"
name = "办理"
start = "lodged"
state = [{ id = "lodged", name = "待办" }, { id = "done", name = "已办", final = true }]
step = [
  { id = "refuse", name = "不予受理", from = "lodged", to = "done", role = "officer", reason = "grounds" },
  { id = "close", name = "办结", from = "lodged", to = "done", role = "officer", require = ["amount"] },
]
clock = [{ id = "close", name = "办结", starts = "state:lodged", stops = ["step:close", "step:refuse"], length = "7 workday",
  pause = ["reason:appraisal"], extend = { role = "officer", times = 1, max = "5 workday", reason = true } }]
"#;

#[test]
fn the_document_of_a_small_pack() {
    let files = [("pack.toml", SMALL), ("plan.txt", "方案")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    let files = zhiheng_pack::PackFiles { name: "test".to_owned(), files: files.into() };
    let (pack, problems) = zhiheng_pack::read(&files, &|_| None);
    let pack = pack.unwrap_or_else(|| panic!("{problems:?}"));
    let today = zhiheng_pack::day::number(zhiheng_pack::day::parse("2026-11-23").unwrap());
    let document = zhiheng_web::openapi::document(&pack, today);
    crate::doors::golden("openapi.json", &(serde_json::to_string_pretty(&document).unwrap() + "\n"));
    // Of every kind of the real pack the sample is a request that its own document takes.
    let real = County::real();
    let document = zhiheng_web::openapi::document(&real.app.pack, today);
    for kind in &real.app.pack.kinds {
        let post = &document["paths"][format!("/kinds/{}/records", kind.id)]["post"];
        assert!(post["requestBody"]["content"]["application/json"]["example"].is_object(), "{}", kind.id);
    }
}
