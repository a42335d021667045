-- 待发: what is to leave the house because of a commit, written in that commit. A row waits while `next_at` says when it is tried next; whoever tries
-- it moves `next_at` beyond the time that the attempt may take, so that nobody else does, and so that a program which dies meanwhile leaves it to be
-- tried again. `address` is whose order is kept: of the rows that wait for one address only the first is tried.
CREATE TABLE outbox (
    place      {{text}} NOT NULL,
    seq        {{int}}  NOT NULL,
    key        {{text}} NOT NULL,
    channel    {{text}} NOT NULL,
    address    {{text}} NOT NULL,
    content    {{text}} NOT NULL,
    created_at {{int}}  NOT NULL,
    state      {{text}} NOT NULL,
    attempts   {{int}}  NOT NULL,
    next_at    {{int}},
    error      {{text}} NOT NULL,
    done_at    {{int}},
    PRIMARY KEY (place, seq)
) {{clustered}};
CREATE UNIQUE INDEX outbox_by_key ON outbox (place, key);
CREATE INDEX outbox_due ON outbox (place, channel, next_at, seq) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_in_line ON outbox (place, channel, address, seq) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_by_state ON outbox (place, state, seq);
CREATE INDEX outbox_done ON outbox (place, done_at) WHERE done_at IS NOT NULL;

-- 邮件提醒: what somebody wants by mail, and where. Nothing goes to an address before `confirmed_at`. Of the code that confirms `asked` only the
-- hash is kept.
CREATE TABLE mail_choice (
    place        {{text}}  NOT NULL,
    account      {{bytes}} NOT NULL,
    mode         {{text}}  NOT NULL,
    address      {{text}}  NOT NULL,
    confirmed_at {{int}},
    asked        {{text}}  NOT NULL,
    code_hash    {{bytes}},
    code_until   {{int}},
    tries        {{int}}   NOT NULL,
    PRIMARY KEY (place, account)
) {{clustered}};
