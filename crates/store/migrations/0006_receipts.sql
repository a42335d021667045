-- What citizens hold: the query codes (查询码) of the cases that they opened. A code itself is never stored, only its digest.
CREATE TABLE receipt (
    place      {{text}}  NOT NULL,
    code_hash  {{bytes}} NOT NULL,
    kind       {{text}}  NOT NULL,
    record     {{bytes}} NOT NULL,
    created_at {{int}}   NOT NULL,
    PRIMARY KEY (place, code_hash)
) {{clustered}};
