//! 权限表: role × kind × verb × owner, computed by the function that decides, not written down beside it.

use axum::extract::State;
use zhiheng_app::{MATRIX_VERBS, matrix};

use crate::components::table::{Cell, Column, Row, Table};
use crate::extract::{Staff, Visit};
use crate::frame::shell;
use crate::pages::PermissionsPage;
use crate::problem::{Answer, show as page_of};
use crate::server::Server;

/// `GET /permissions`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, _staff: Staff) -> Answer {
    let pack = &server.app().pack;
    let lines = matrix(pack);
    let mut tables: Vec<Table> = Vec::new();
    for (at, kind) in pack.kinds.iter().enumerate() {
        let row = |line: &zhiheng_app::MatrixLine| {
            let cell = |(own, other): &(bool, bool)| {
                Cell::Text(
                    match (own, other) {
                        (true, true) => "全部",
                        (true, false) => "本单位",
                        (false, true) => "其他单位",
                        (false, false) => "",
                    }
                    .to_owned(),
                )
            };
            Row::new(std::iter::once(Cell::Text(line.who.to_owned())).chain(line.cells.iter().map(cell)).collect())
        };
        let verbs = MATRIX_VERBS.iter().map(|(_, word)| Column::text(*word));
        tables.push(Table {
            id: format!("kind-{}", kind.id),
            caption: kind.name.clone(),
            columns: std::iter::once(Column::header("角色")).chain(verbs).collect(),
            rows: lines.iter().filter(|line| line.kind == at).map(row).collect(),
            ..Table::default()
        });
    }
    let cells = lines.iter().map(|line| line.cells.len() * 2).sum();
    Ok(page_of(PermissionsPage { shell: shell(&server, &visit), tables, cells }.render()))
}
