-- Logical replication: where the rows that a subscription applies are audited
-- (ISO/IEC 42001 A.6.2.8). src/subscription.c obeys it in the workers.

CREATE TABLE aims.subscription_policy (
    subscription text COLLATE "C",
    owner        text NOT NULL,
    policy       text NOT NULL,
    CONSTRAINT subscription_policy_pkey PRIMARY KEY (subscription),
    CONSTRAINT subscription_policy_known CHECK (policy IN ('origin', 'apply'))
);
SELECT pg_catalog.pg_extension_config_dump('aims.subscription_policy', '');
COMMENT ON TABLE aims.subscription_policy IS
    'Where rows that a subscription applies to governed tables are audited (A.6.2.8); without a row of its own a subscription is audited at apply';
COMMENT ON COLUMN aims.subscription_policy.subscription IS 'Subscription of this database, by name; a dump is restored before it is made';
COMMENT ON COLUMN aims.subscription_policy.owner IS
    'Role that owned it when the policy was stated; it holds for no other owner''s, so that nobody gains by a name that is free again';
COMMENT ON COLUMN aims.subscription_policy.policy IS
    'apply: captured here, and recorded as violation where the guard would refuse; origin: neither, the ledger of the publisher has the rows';

CREATE FUNCTION aims.set_subscription_policy(subscription name, policy text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    owner text;
BEGIN
    IF subscription IS NULL OR policy IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'subscription and policy must not be null',
            DETAIL = 'Rows of a subscription are audited at its origin or where they are applied.',
            HINT = 'SELECT aims.set_subscription_policy(subscription, ''apply''), or ''origin''.';
    END IF;
    IF policy NOT IN ('origin', 'apply') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('policy "%s" does not exist', left(policy, 63)),
            DETAIL = 'Rows of a subscription are audited at its origin or where they are applied.',
            HINT = 'Policies are: origin, apply.';
    END IF;
    SELECT r.rolname
      INTO owner
      FROM pg_subscription AS s
      JOIN pg_roles AS r ON r.oid = s.subowner
     WHERE s.subname = set_subscription_policy.subscription
       AND s.subdbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database());
    IF owner IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'MS017',
            MESSAGE = format('subscription "%s" does not exist in this database', subscription),
            DETAIL = 'A policy is stated for a subscription that there is, and for its owner.',
            HINT = 'SELECT subscription FROM aims.subscription_audit lists them. Create it with enabled = false, state the policy, then enable it.';
    END IF;
    INSERT INTO aims.subscription_policy AS p (subscription, owner, policy)
         VALUES (set_subscription_policy.subscription, owner, set_subscription_policy.policy)
    ON CONFLICT ON CONSTRAINT subscription_policy_pkey DO UPDATE SET owner = excluded.owner, policy = excluded.policy;
END $$;
COMMENT ON FUNCTION aims.set_subscription_policy(name, text) IS
    'States where rows that a subscription applies are audited: origin or apply. Its workers abide by it from their next transaction on. MS017 where this database has no such subscription, 22023 for another policy (A.6.2.8)';

CREATE VIEW aims.subscription_audit WITH (security_barrier) AS
    SELECT coalesce(s.subname::text, p.subscription) AS subscription,
           s.rolname::text AS owner,
           s.subenabled AS enabled,
           CASE WHEN p.policy = 'origin' AND p.owner = s.rolname THEN 'origin'
               WHEN s.subname IS NOT NULL THEN 'apply' END AS policy,
           CASE WHEN s.subname IS NULL THEN 'there is no such subscription'
               WHEN p.subscription IS NULL THEN 'no policy is stated'
               WHEN p.owner <> s.rolname THEN format('the policy "%s" was stated when %I owned it', p.policy, p.owner) END AS remark
      FROM (pg_subscription
            JOIN pg_roles ON pg_roles.oid = pg_subscription.subowner
            JOIN pg_database ON pg_database.oid = pg_subscription.subdbid AND pg_database.datname = current_database()) AS s
      FULL JOIN aims.subscription_policy AS p ON p.subscription = s.subname::text;
COMMENT ON VIEW aims.subscription_audit IS
    'Subscriptions of this database, and where the rows that they apply to governed tables are audited (A.6.2.8)';
COMMENT ON COLUMN aims.subscription_audit.subscription IS 'Its name';
COMMENT ON COLUMN aims.subscription_audit.owner IS 'Role that owns it';
COMMENT ON COLUMN aims.subscription_audit.enabled IS 'Whether it is enabled';
COMMENT ON COLUMN aims.subscription_audit.policy IS 'What its workers do: origin or apply; NULL where there is no such subscription';
COMMENT ON COLUMN aims.subscription_audit.remark IS 'Why that is not what somebody has stated, or NULL';
