-- 文号: the number of a document is assigned once, to one version of one record, and kept. Serial numbers run by document and year.
CREATE TABLE document_number (
    place     {{text}}  NOT NULL,
    document  {{text}}  NOT NULL,
    year      {{int}}   NOT NULL,
    serial    {{int}}   NOT NULL,
    record    {{bytes}} NOT NULL,
    version   {{int}}   NOT NULL,
    issued_at {{int}}   NOT NULL,
    actor     {{text}}  NOT NULL,
    PRIMARY KEY (place, document, year, serial)
) {{clustered}};
CREATE UNIQUE INDEX document_number_by_record ON document_number (place, record, document, version);
