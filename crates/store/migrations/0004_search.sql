-- The search index. Derived from the versions of records: it may be thrown away at any time and is built again.
--
-- A segment covers the versions whose knowledge time lies after `since` and up to `until`; the segments of a place and form follow one
-- another without gaps. `form` tells under which rules terms were made; segments of another form are not read and are thrown away.
CREATE TABLE search_segment (
    place   {{text}} NOT NULL,
    segment {{int}}  NOT NULL,
    form    {{int}}  NOT NULL,
    since   {{int}}  NOT NULL,
    until   {{int}}  NOT NULL,
    PRIMARY KEY (place, segment)
) {{clustered}};

-- The versions of a segment that hold a term: knowledge times, the newest first, as differences. Written once, in the order of the
-- key, and never changed.
CREATE TABLE search_block (
    place   {{text}}  NOT NULL,
    segment {{int}}   NOT NULL,
    term    {{text}}  NOT NULL,
    times   {{bytes}} NOT NULL,
    PRIMARY KEY (place, segment, term)
) {{clustered}};
