-- 接口令牌: what another program shows instead of a password. Only the SHA-256 of a token is kept. A personal token belongs to an account
-- and acts as it; a service token stands for itself, within a body or (body NULL) the whole county. `grants` is JSON.
CREATE TABLE api_token (
    place      {{text}}  NOT NULL,
    id         {{bytes}} NOT NULL,
    token_hash {{bytes}} NOT NULL,
    name       {{text}}  NOT NULL,
    account    {{bytes}},
    body       {{text}},
    grants     {{text}}  NOT NULL,
    created_at {{int}}   NOT NULL,
    created_by {{text}}  NOT NULL,
    expires_at {{int}},
    used_at    {{int}},
    revoked_at {{int}},
    PRIMARY KEY (place, id)
) {{clustered}};
CREATE UNIQUE INDEX api_token_by_hash ON api_token (place, token_hash);
