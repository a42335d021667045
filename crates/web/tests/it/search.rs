//! The search box: on every page, the plan for everybody, records for those who may see them, personal data for nobody.

use crate::county::County;

#[tokio::test]
async fn everybody_finds_the_plan_and_only_its_own_people_find_records() {
    let county = County::real();
    let mut office = county.office().await;
    office.food_sample("SC-0017", "qualified").await;
    let mut bureau = county.bureau(&mut office, "kjj").await;
    let mut own = county.bureau(&mut office, "scjg").await;
    let mut anybody = county.anybody();

    let page = anybody.get("/search?q=%E8%84%86%E6%9D%8E").await;
    page.assert_shows("方案原文")
        .assert_shows("<mark>脆李</mark>")
        .assert_shows("href=\"/plan#l")
        .assert_shows("登录后可以一并检索");
    anybody.get("/").await.assert_shows("action=\"/search\"");
    let found = "/kinds/food_sample/";
    for (who, sees) in [(&mut anybody, false), (&mut bureau, false), (&mut own, true), (&mut office, true)] {
        let page = who.get("/search?q=sc-0017").await;
        assert_eq!(page.text.contains(found), sees, "{}", page.text);
    }
    office.get("/search?q=sc-0017&kind=food_sample").await.assert_shows("看全部").assert_shows(found);
    office.get("/search?q=sc-0017&kind=patent").await.assert_hides(found).assert_shows("在全部内容里找");
    anybody.get("/search?q=0017").await.assert_hides(found);
}

#[tokio::test]
async fn an_empty_a_personal_and_a_fruitless_question_say_what_to_do() {
    let county = County::real();
    let mut anybody = county.anybody();
    anybody.get("/search").await.assert_shows("还没有输入检索词");
    anybody.get("/search?q=13812345678").await.assert_shows("电话号码和身份证号属于个人信息");
    anybody.get("/search?q=%E6%A6%B4%E8%8E%B2").await.assert_shows("没有找到“榴莲”").assert_shows("看方案原文");
    let page = anybody.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E").await;
    page.assert_hides("<script>alert").assert_shows("&lt;script&gt;");
    anybody.get("/search?q=%E8%84%86%E6%9D%8E&before=nonsense&kind=nothing").await.assert_shows("脆李");
}
