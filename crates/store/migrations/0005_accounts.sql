-- What an account is allowed, how it proves who it is, and what is remembered of both. New tables only: an account of the first
-- release has no rows here, and stands as it stood.

-- The proof of an account, one row an account that has more than a password. `active` is 0 until a security administrator has let
-- it in. `totp_step` is the last step of thirty seconds whose code was taken: none is taken twice.
CREATE TABLE account_proof (
    place       {{text}}  NOT NULL,
    account     {{bytes}} NOT NULL,
    active      {{int}}   NOT NULL,
    totp_secret {{bytes}},
    totp_on     {{int}}   NOT NULL,
    totp_step   {{int}}   NOT NULL,
    password_at {{int}}   NOT NULL,
    PRIMARY KEY (place, account)
) {{clustered}};

-- Passwords that an account had before, so that none comes back too soon.
CREATE TABLE account_password (
    place         {{text}}  NOT NULL,
    account       {{bytes}} NOT NULL,
    at            {{int}}   NOT NULL,
    password_hash {{text}}  NOT NULL,
    PRIMARY KEY (place, account, at)
) {{clustered}};

-- Recovery codes by their hash; each is used once.
CREATE TABLE account_recovery (
    place     {{text}}  NOT NULL,
    account   {{bytes}} NOT NULL,
    code_hash {{bytes}} NOT NULL,
    used_at   {{int}},
    PRIMARY KEY (place, account, code_hash)
) {{clustered}};

-- A role that was granted (授权), for one body, or for the county where `body` is empty. A grant that was withdrawn stays.
-- `since` and `until` are days.
CREATE TABLE account_grant (
    place       {{text}}  NOT NULL,
    account     {{bytes}} NOT NULL,
    recorded_at {{int}}   NOT NULL,
    role        {{text}}  NOT NULL,
    body        {{text}}  NOT NULL,
    since       {{int}}   NOT NULL,
    until       {{int}},
    granted_by  {{text}}  NOT NULL,
    ended_at    {{int}},
    PRIMARY KEY (place, account, recorded_at)
) {{clustered}};

-- Who acts for whom while somebody is away (代办). One that was ended early stays.
CREATE TABLE delegation (
    place        {{text}}  NOT NULL,
    from_account {{bytes}} NOT NULL,
    recorded_at  {{int}}   NOT NULL,
    to_account   {{bytes}} NOT NULL,
    since        {{int}}   NOT NULL,
    until        {{int}}   NOT NULL,
    ended_at     {{int}},
    PRIMARY KEY (place, from_account, recorded_at)
) {{strict}};
CREATE INDEX delegation_by_deputy ON delegation (place, to_account);

-- Every attempt to sign in, also of names that nobody has. Nothing here is ever changed or removed.
CREATE TABLE sign_in (
    place   {{text}} NOT NULL,
    at      {{int}}  NOT NULL,
    login   {{text}} NOT NULL,
    outcome {{text}} NOT NULL,
    detail  {{text}} NOT NULL,
    address {{text}} NOT NULL,
    PRIMARY KEY (place, at)
) {{strict}};
CREATE INDEX sign_in_by_login ON sign_in (place, login, at);

-- Who an identity provider says somebody is.
CREATE TABLE account_identity (
    place   {{text}}  NOT NULL,
    issuer  {{text}}  NOT NULL,
    subject {{text}}  NOT NULL,
    account {{bytes}} NOT NULL,
    at      {{int}}   NOT NULL,
    PRIMARY KEY (place, issuer, subject)
) {{clustered}};
