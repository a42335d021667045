-- 常用意见: the phrases that a person keeps for opinions, in the order that person gave them. Nobody else reads them.
CREATE TABLE phrase (
    place   {{text}}  NOT NULL,
    account {{bytes}} NOT NULL,
    no      {{int}}   NOT NULL,
    text    {{text}}  NOT NULL,
    PRIMARY KEY (place, account, no)
) {{clustered}};
