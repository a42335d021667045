-- 接口令牌的批准: a service's token works once a second person has let it in.
ALTER TABLE api_token ADD COLUMN approved_at {{int}};
ALTER TABLE api_token ADD COLUMN approved_by {{text}};
