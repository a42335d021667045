//! 权限表: role × kind × verb × owner, computed by the function that decides, not written down beside it.

use axum::extract::State;
use zhiheng_app::{MATRIX_OF, MATRIX_VERBS, MatrixLine, matrix};

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
        let row = |line: &MatrixLine| {
            let cell = |of: &[bool; MATRIX_OF.len()]| {
                let whose: Vec<&str> =
                    MATRIX_OF.iter().zip(of).filter(|(_, yes)| **yes).map(|(word, _)| *word).collect();
                let [own, .., other] = of;
                Cell::Text(if *own && *other { "全部".to_owned() } else { whose.join("、") })
            };
            let personal = |of: usize| {
                let read = line.personal.iter().filter(|one| one.get(of) == Some(&true)).count();
                match (read, line.personal.len()) {
                    (0, _) => String::new(),
                    (read, all) if read == all => "全部".to_owned(),
                    (read, all) => format!("{read}/{all}"),
                }
            };
            let personal = [0, 1].map(|of| Cell::Text(personal(of)));
            Row::new(
                std::iter::once(Cell::Text(line.who.clone()))
                    .chain(line.cells.iter().map(cell))
                    .chain(personal)
                    .collect(),
            )
        };
        let verbs = MATRIX_VERBS.iter().map(|(_, word)| Column::text(*word));
        tables.push(Table {
            id: format!("kind-{}", kind.id),
            caption: kind.name.clone(),
            columns: std::iter::once(Column::header("角色"))
                .chain(verbs)
                .chain(["个人信息（本单位）", "个人信息（其他）"].map(Column::text))
                .collect(),
            rows: lines.iter().filter(|line| line.kind == at).map(row).collect(),
            ..Table::default()
        });
    }
    let cells = lines.iter().map(MatrixLine::len).sum();
    Ok(page_of(PermissionsPage { shell: shell(&server, &visit), tables, cells }.render()))
}
