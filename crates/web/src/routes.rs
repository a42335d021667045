//! 路由: every address of the program on one page, grouped by reader. The table builds the router and the golden file, so that no
//! route exists without its permission.

use axum::routing::{MethodRouter, get, post, put};
use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;

use zhiheng_app::Power;

use crate::guard::{PLAIN_FORM, guard, no_method, no_page};
use crate::server::Server;
use crate::{api, citizen, headers, office, openid, own, public, sign_in, steward};

/// Who a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// 公众
    Public,
    /// 公众办事: forms without an account.
    Citizen,
    /// 登录
    Entry,
    /// 办公
    Office,
    /// 我的账号
    Own,
    /// 系统管理
    Steward,
    /// 接口
    Api,
}

impl Group {
    /// The name in the golden file.
    pub fn name(self) -> &'static str {
        match self {
            Group::Public => "public",
            Group::Citizen => "citizen",
            Group::Entry => "entry",
            Group::Office => "office",
            Group::Own => "own",
            Group::Steward => "steward",
            Group::Api => "api",
        }
    }
}

/// What a reader needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing. What an anonymous reader sees there is the plan's own content.
    Anyone,
    /// To be signed in; in the demonstration county, nothing.
    Live,
    /// To be signed in.
    Staff,
    /// To be signed in, let in or not: what is one's own.
    Own,
    /// To be of the office that runs the plan.
    Office,
    /// To administer the system or its security.
    Managers,
    /// To hold one of the three powers of administration.
    Power(Power),
    /// To show a token of the API.
    Token,
}

impl Needs {
    /// The name in the golden file.
    pub fn name(self) -> &'static str {
        match self {
            Needs::Anyone => "anyone",
            Needs::Live => "live",
            Needs::Staff => "staff",
            Needs::Own => "own",
            Needs::Office => "office",
            Needs::Managers => "managers",
            Needs::Power(Power::System) => "system",
            Needs::Power(Power::Security) => "security",
            Needs::Power(Power::Audit) => "audit",
            Needs::Token => "token",
        }
    }
}

/// One method of one address.
pub struct Route {
    /// GET (and HEAD), POST or PUT.
    pub method: &'static str,
    /// The address.
    pub path: &'static str,
    /// Who it is for.
    pub group: Group,
    /// What a reader needs.
    pub needs: Needs,
    /// Largest body in bytes.
    pub limit: usize,
    handler: fn() -> MethodRouter<Server>,
}

const fn read(group: Group, needs: Needs, path: &'static str, handler: fn() -> MethodRouter<Server>) -> Route {
    Route { method: "GET", path, group, needs, limit: 0, handler }
}

const fn send(group: Group, needs: Needs, path: &'static str, handler: fn() -> MethodRouter<Server>) -> Route {
    Route { method: "POST", path, group, needs, limit: PLAIN_FORM, handler }
}

const fn upload(needs: Needs, path: &'static str, limit: usize, handler: fn() -> MethodRouter<Server>) -> Route {
    Route { method: "POST", path, group: Group::Office, needs, limit, handler }
}

/// A citizen's form with its photo.
const fn receive(path: &'static str, handler: fn() -> MethodRouter<Server>) -> Route {
    Route { method: "POST", path, group: Group::Citizen, needs: Needs::Anyone, limit: CITIZEN_FORM, handler }
}

const fn ask(path: &'static str, handler: fn() -> MethodRouter<Server>) -> Route {
    read(Group::Api, Needs::Token, path, handler)
}

const fn tell(method: &'static str, path: &'static str, handler: fn() -> MethodRouter<Server>) -> Route {
    Route { method, path, group: Group::Api, needs: Needs::Token, limit: JSON_BODY, handler }
}

use Group::{Citizen, Entry, Office, Own, Public, Steward};

const SYSTEM: Needs = Needs::Power(Power::System);
const SECURITY: Needs = Needs::Power(Power::Security);
const AUDIT: Needs = Needs::Power(Power::Audit);

/// Largest record form with its attachments.
pub(crate) const RECORD_FORM: usize = 32 * 1024 * 1024;
/// Largest form of a citizen with a photo.
const CITIZEN_FORM: usize = 12 * 1024 * 1024;
/// Largest spreadsheet.
pub(crate) const SPREADSHEET: usize = 64 * 1024 * 1024;

/// The decision on a spreadsheet: no file in it, but its import takes as long as a file.
const DECISION: usize = 512 * 1024;

/// Largest request of the API without files.
pub(crate) const JSON_BODY: usize = 1024 * 1024;

/// Largest request of the API with several records.
const BATCH: usize = 4 * 1024 * 1024;

/// Every route.
pub static ROUTES: &[Route] = &[
    read(Public, Needs::Anyone, "/", || get(public::home::show)),
    read(Public, Needs::Anyone, "/board", || get(public::board::show)),
    read(Public, Needs::Anyone, "/board.json", || get(public::data::board_json)),
    read(Public, Needs::Anyone, "/board.csv", || get(public::data::board_csv)),
    read(Public, Needs::Anyone, "/indicators/{id}", || get(public::indicator::show)),
    read(Public, Needs::Anyone, "/plan", || get(public::plan::show)),
    read(Public, Needs::Anyone, "/plan.txt", || get(public::plan::text)),
    read(Public, Needs::Anyone, "/public", || get(public::publications::list)),
    read(Public, Needs::Anyone, "/public.json", || get(public::publications::data)),
    read(Public, Needs::Anyone, "/public.atom", || get(public::publications::feed)),
    read(Public, Needs::Anyone, "/public/{id}", || get(public::publications::show)),
    read(Public, Needs::Anyone, "/public/{id}/proof.json", || get(public::publications::proof)),
    read(Public, Needs::Anyone, "/public/{id}/receipt.tlog-proof", || get(public::publications::receipt)),
    read(Public, Needs::Anyone, "/public/{id}/rows.csv", || get(public::publications::csv)),
    read(Public, Needs::Anyone, "/public/{id}/rows.xlsx", || get(public::publications::xlsx)),
    read(Public, Needs::Anyone, "/public/{id}/attachment", || get(public::publications::attachment)),
    read(Public, Needs::Anyone, "/search", || get(public::search::show)),
    read(Public, Needs::Anyone, "/about", || get(public::plain::about)),
    read(Public, Needs::Anyone, "/privacy", || get(public::plain::privacy)),
    read(Public, Needs::Anyone, "/log", || get(public::transparency::show)),
    read(Public, Needs::Anyone, "/log/checkpoint", || get(public::transparency::checkpoint)),
    read(Public, Needs::Anyone, "/log/tile/{*path}", || get(public::transparency::tile)),
    read(Public, Needs::Anyone, "/display", || get(public::plain::display)),
    read(Citizen, Needs::Anyone, "/report", || get(citizen::report::entries)),
    read(Citizen, Needs::Anyone, "/report/{entry}", || get(citizen::report::first)),
    receive("/report/{entry}", || post(citizen::report::answered)),
    read(Citizen, Needs::Anyone, "/report/{entry}/numbers", || get(citizen::numbers::show)),
    read(Citizen, Needs::Anyone, "/complaints/numbers", || get(citizen::numbers::all)),
    read(Citizen, Needs::Anyone, "/follow", || get(citizen::follow::form)),
    send(Citizen, Needs::Anyone, "/follow", || post(citizen::follow::find)),
    send(Citizen, Needs::Anyone, "/follow/receipt.tlog-proof", || post(citizen::follow::receipt)),
    receive("/follow/{step}", || post(citizen::follow::step)),
    read(Entry, Needs::Anyone, "/login", || get(sign_in::form)),
    send(Entry, Needs::Anyone, "/login", || post(sign_in::sign_in)),
    send(Entry, Needs::Anyone, "/login/code", || post(sign_in::second_factor)),
    read(Entry, Needs::Anyone, "/login/openid", || get(openid::go)),
    read(Entry, Needs::Anyone, "/login/openid/back", || get(openid::back)),
    send(Entry, Needs::Own, "/logout", || post(sign_in::sign_out)),
    read(Entry, Needs::Anyone, "/start/{token}", || get(sign_in::link)),
    send(Entry, Needs::Anyone, "/start/{token}", || post(sign_in::accept)),
    read(Office, Needs::Live, "/indicators/{id}/records", || get(office::cells::show)),
    read(Office, Needs::Staff, "/indicators/{id}/records.xlsx", || get(office::cells::download)),
    read(Office, Needs::Live, "/exports/board.xlsx", || get(office::export::board_xlsx)),
    read(Office, Needs::Live, "/exports/board.docx", || get(office::export::board_docx)),
    read(Office, Needs::Live, "/kinds", || get(office::kinds::show)),
    read(Office, Needs::Live, "/kinds/{kind}", || get(office::records::list)),
    read(Office, Needs::Staff, "/kinds/{kind}/export.xlsx", || get(office::export::kind_xlsx)),
    read(Office, Needs::Staff, "/kinds/{kind}/export.csv", || get(office::export::kind_csv)),
    read(Office, Needs::Staff, "/kinds/{kind}/template.xlsx", || get(office::export::template)),
    read(Office, Needs::Live, "/kinds/{kind}/print", || get(office::batch::print)),
    read(Office, Needs::Live, "/kinds/{kind}/posters", || get(office::posters::print)),
    read(Office, Needs::Staff, "/kinds/{kind}/chosen.xlsx", || get(office::batch::table)),
    read(Office, Needs::Staff, "/kinds/{kind}/files.zip", || get(office::batch::files)),
    read(Office, Needs::Staff, "/kinds/{kind}/withdraw", || get(office::batch::withdraw_form)),
    send(Office, Needs::Staff, "/kinds/{kind}/withdraw", || post(office::batch::withdraw)),
    read(Office, Needs::Live, "/kinds/{kind}/{id}", || get(office::records::show)),
    read(Office, Needs::Staff, "/kinds/{kind}/{id}/files/{digest}", || get(office::files::download)),
    read(Office, Needs::Staff, "/kinds/{kind}/{id}/receipt.tlog-proof", || get(office::records::receipt)),
    read(Office, Needs::Staff, "/kinds/{kind}/new", || get(office::forms::blank)),
    upload(Needs::Staff, "/kinds/{kind}/new", RECORD_FORM, || post(office::forms::create)),
    read(Office, Needs::Staff, "/kinds/{kind}/import", || get(office::import::choose)),
    upload(Needs::Staff, "/kinds/{kind}/import", SPREADSHEET, || post(office::import::upload)),
    read(Office, Needs::Staff, "/kinds/{kind}/import/{digest}", || get(office::import::preview)),
    upload(Needs::Staff, "/kinds/{kind}/import/{digest}", DECISION, || post(office::import::decide)),
    read(Office, Needs::Staff, "/kinds/{kind}/import/{digest}/errors.xlsx", || get(office::import::errors)),
    read(Office, Needs::Staff, "/kinds/{kind}/import/{digest}/result", || get(office::import::result)),
    read(Office, Needs::Staff, "/kinds/{kind}/{id}/correct", || get(office::forms::filled)),
    upload(Needs::Staff, "/kinds/{kind}/{id}/correct", RECORD_FORM, || post(office::forms::correct)),
    send(Office, Needs::Staff, "/kinds/{kind}/{id}/merge", || post(office::merge::merge)),
    read(Office, Needs::Staff, "/kinds/{kind}/{id}/withdraw", || get(office::state::withdraw_form)),
    send(Office, Needs::Staff, "/kinds/{kind}/{id}/withdraw", || post(office::state::withdraw)),
    read(Office, Needs::Staff, "/kinds/{kind}/{id}/restore", || get(office::state::restore_form)),
    send(Office, Needs::Staff, "/kinds/{kind}/{id}/restore", || post(office::state::restore)),
    read(Office, Needs::Staff, "/kinds/{kind}/{id}/documents/{document}", || get(office::documents::show)),
    send(Office, Needs::Staff, "/kinds/{kind}/{id}/documents/{document}", || post(office::documents::number)),
    read(Office, Needs::Staff, "/kinds/{kind}/{id}/steps/{step}", || get(office::steps::form)),
    upload(Needs::Staff, "/kinds/{kind}/{id}/steps/{step}", RECORD_FORM, || post(office::steps::take)),
    read(Office, Needs::Staff, "/kinds/{kind}/{id}/acts/{act}", || get(office::steps::act_form)),
    send(Office, Needs::Staff, "/kinds/{kind}/{id}/acts/{act}", || post(office::steps::act)),
    read(Office, Needs::Staff, "/work", || get(office::work::show)),
    read(Office, Needs::Staff, "/work/print", || get(office::work::print)),
    read(Office, Needs::Staff, "/work/batch", || get(office::together::choose)),
    send(Office, Needs::Staff, "/work/batch/take", || post(office::together::take)),
    send(Office, Needs::Staff, "/work/messages", || post(office::work::mark_read)),
    read(Office, Needs::Staff, "/work/calendar", || get(office::workcalendar::show)),
    send(Office, Needs::Staff, "/work/calendar", || post(office::workcalendar::renew)),
    read(Office, Needs::Staff, "/work/handover", || get(office::handover::holders)),
    read(Office, Needs::Staff, "/work/handover/{id}", || get(office::handover::form)),
    send(Office, Needs::Staff, "/work/handover/{id}", || post(office::handover::hand_over)),
    read(Public, Needs::Anyone, "/work/calendar.ics", || get(office::workcalendar::feed)),
    read(Office, Needs::Office, "/rounds", || get(office::rounds::list)),
    send(Office, Needs::Office, "/rounds", || post(office::rounds::open)),
    read(Office, Needs::Office, "/rounds/{id}", || get(office::rounds::show)),
    upload(Needs::Office, "/rounds/{id}", SPREADSHEET, || post(office::rounds::receive)),
    send(Office, Needs::Office, "/rounds/{id}/due", || post(office::rounds::move_due)),
    send(Office, Needs::Office, "/rounds/{id}/cancel", || post(office::rounds::cancel)),
    send(Office, Needs::Office, "/rounds/{id}/settle", || post(office::rounds::settle_together)),
    send(Office, Needs::Office, "/rounds/{id}/settle/{body}", || post(office::rounds::settle)),
    read(Office, Needs::Office, "/rounds/{id}/forms.zip", || get(office::rounds::forms)),
    read(Office, Needs::Office, "/rounds/{id}/forms/{body}", || get(office::rounds::form)),
    read(Office, Needs::Office, "/rounds/{id}/notice.docx", || get(office::rounds::notice)),
    read(Office, Needs::Office, "/rounds/{id}/letters/{body}", || get(office::rounds::letter)),
    send(Office, Needs::Office, "/rounds/{id}/letters/{body}", || post(office::rounds::draft_letter)),
    send(Office, Needs::Office, "/rounds/{id}/notice", || post(office::rounds::draft_notice)),
    read(Office, Needs::Staff, "/plan/tasks", || get(office::year::show)),
    read(Office, Needs::Office, "/plan/tasks/split", || get(office::year::split_form)),
    send(Office, Needs::Office, "/plan/tasks/split", || post(office::year::split)),
    read(Office, Needs::Staff, "/reports/{id}", || get(office::own_reply::show)),
    upload(Needs::Staff, "/reports/{id}", RECORD_FORM, || post(office::own_reply::send)),
    read(Office, Needs::Staff, "/reports/{id}/form.xlsx", || get(office::own_reply::form)),
    send(Office, Needs::Office, "/plan/findings/{key}", || post(public::plan::rule)),
    read(Office, Needs::Staff, "/bodies", || get(office::bodies::show)),
    read(Own, Needs::Own, "/me", || get(own::account::show)),
    send(Own, Needs::Own, "/me/password", || post(own::account::change_password)),
    send(Own, Needs::Own, "/me/second-factor", || post(own::second_factor::begin)),
    send(Own, Needs::Own, "/me/second-factor/confirm", || post(own::second_factor::confirm)),
    send(Own, Needs::Own, "/me/sessions/{key}/end", || post(own::account::end_session)),
    read(Own, Needs::Staff, "/me/mail", || get(own::mail::show)),
    send(Own, Needs::Staff, "/me/mail", || post(own::mail::choose)),
    send(Own, Needs::Staff, "/me/mail/confirm", || post(own::mail::confirm)),
    read(Own, Needs::Staff, "/me/phrases", || get(own::phrases::show)),
    send(Own, Needs::Staff, "/me/phrases", || post(own::phrases::change)),
    send(Own, Needs::Staff, "/me/delegations", || post(own::account::delegate)),
    send(Own, Needs::Staff, "/me/delegations/{key}/end", || post(own::account::end_delegation)),
    read(Office, Needs::Staff, "/tokens", || get(steward::tokens::show)),
    send(Office, Needs::Staff, "/tokens", || post(steward::tokens::create)),
    send(Office, Needs::Staff, "/tokens/{id}/approve", || post(steward::tokens::approve)),
    send(Office, Needs::Staff, "/tokens/{id}/revoke", || post(steward::tokens::revoke)),
    read(Steward, Needs::Managers, "/accounts", || get(steward::accounts::show)),
    send(Steward, SYSTEM, "/accounts", || post(steward::accounts::invite)),
    send(Steward, SYSTEM, "/accounts/links/{key}/withdraw", || post(steward::accounts::withdraw)),
    read(Steward, Needs::Managers, "/accounts/{id}", || get(steward::account::show)),
    send(Steward, SYSTEM, "/accounts/{id}/disable", || post(steward::accounts::disable)),
    send(Steward, SYSTEM, "/accounts/{id}/enable", || post(steward::accounts::enable)),
    send(Steward, SYSTEM, "/accounts/{id}/reset", || post(steward::accounts::reset)),
    send(Steward, SYSTEM, "/accounts/{id}/tie/{key}", || post(steward::account::make_tie)),
    send(Steward, SYSTEM, "/accounts/{id}/tie/{key}/drop", || post(steward::account::drop_tie)),
    send(Steward, SECURITY, "/accounts/{id}/let-in", || post(steward::account::let_in)),
    send(Steward, SECURITY, "/accounts/{id}/role", || post(steward::account::set_role)),
    send(Steward, SECURITY, "/accounts/{id}/second-factor/reset", || post(steward::account::reset_second_factor)),
    send(Steward, SECURITY, "/accounts/{id}/grants", || post(steward::account::grant)),
    send(Steward, SECURITY, "/accounts/{id}/grants/{key}/withdraw", || post(steward::account::withdraw_grant)),
    read(Steward, Needs::Managers, "/settings", || get(steward::settings::show)),
    send(Steward, SYSTEM, "/settings", || post(steward::settings::save)),
    read(Steward, SYSTEM, "/settings/outgoing", || get(steward::outgoing::show)),
    send(Steward, SYSTEM, "/settings/outgoing", || post(steward::outgoing::save)),
    send(Steward, SYSTEM, "/settings/outgoing/test-mail", || post(steward::outgoing::test_mail)),
    send(Steward, SYSTEM, "/settings/outgoing/test-push", || post(steward::outgoing::test_push)),
    send(Steward, SYSTEM, "/settings/outgoing/{seq}/again", || post(steward::outgoing::again)),
    send(Steward, SECURITY, "/settings/openid", || post(steward::settings::choose_provider)),
    send(Steward, SECURITY, "/settings/policy", || post(steward::settings::choose_policy)),
    read(Steward, AUDIT, "/logs/operations", || get(steward::logs::operations)),
    read(Steward, AUDIT, "/logs/operations.xlsx", || get(steward::logs::operations_file)),
    read(Steward, AUDIT, "/logs/sign-ins", || get(steward::logs::sign_ins)),
    read(Steward, AUDIT, "/logs/sign-ins.xlsx", || get(steward::logs::sign_ins_file)),
    read(Steward, AUDIT, "/permissions", || get(steward::permissions::show)),
    read(Group::Api, Needs::Anyone, "/api/v1/openapi.json", || get(api::document)),
    ask("/api/v1/openapi/mine.json", || get(api::own_document)),
    ask("/api/v1/kinds", || get(api::kinds)),
    ask("/api/v1/kinds/{kind}", || get(api::kind)),
    ask("/api/v1/kinds/{kind}/records", || get(api::list)),
    tell("POST", "/api/v1/kinds/{kind}/records", || post(api::create)),
    Route { limit: BATCH, ..tell("POST", "/api/v1/kinds/{kind}/batch", || post(api::create_batch)) },
    ask("/api/v1/kinds/{kind}/records/{id}", || get(api::show)),
    tell("PUT", "/api/v1/kinds/{kind}/records/{id}", || put(api::correct)),
    tell("POST", "/api/v1/kinds/{kind}/records/{id}/withdraw", || post(api::withdraw)),
    tell("POST", "/api/v1/kinds/{kind}/records/{id}/restore", || post(api::restore)),
    ask("/api/v1/kinds/{kind}/records/{id}/history", || get(api::history)),
    ask("/api/v1/kinds/{kind}/records/{id}/files/{digest}", || get(api::download)),
    tell("POST", "/api/v1/kinds/{kind}/records/{id}/steps/{step}", || post(api::step)),
    tell("POST", "/api/v1/kinds/{kind}/records/{id}/acts/{act}", || post(api::act)),
    Route { limit: RECORD_FORM, ..tell("POST", "/api/v1/files", || post(api::upload)) },
    ask("/api/v1/changes", || get(api::changes)),
    ask("/api/v1/work", || get(api::work)),
    ask("/api/v1/board", || get(api::board)),
    ask("/api/v1/indicators/{id}/records", || get(api::cell_records)),
    ask("/api/v1/search", || get(api::search)),
];

/// The whole program as a router.
pub fn router(server: Server) -> Router {
    let open = server.clone();
    let mut router = Router::new();
    for route in ROUTES {
        let guarded = (route.handler)().route_layer(middleware::from_fn_with_state((server.clone(), route), guard));
        router = router.route(route.path, guarded);
    }
    router
        .fallback(no_page)
        .method_not_allowed_fallback(no_method)
        .with_state(server)
        .merge(crate::assets_router())
        .layer(middleware::map_response(headers::secure))
        .layer(middleware::from_fn_with_state(open.clone(), transport))
        .layer(CompressionLayer::new().gzip(true))
}

/// Where the county is reached over HTTPS, a browser that came once does not come without it again.
async fn transport(
    axum::extract::State(server): axum::extract::State<Server>,
    request: axum::extract::Request,
    next: middleware::Next,
) -> axum::response::Response {
    let mut response = next.run(request).await;
    if server.settings().public_address.starts_with("https://") {
        let year = axum::http::HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(axum::http::header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// The table as text, a line a route, for the golden file.
pub fn table() -> String {
    let line = |route: &Route| {
        format!("{:<5}{:<54}{:<9}{}\n", route.method, route.path, route.group.name(), route.needs.name())
    };
    ROUTES.iter().map(line).collect()
}
