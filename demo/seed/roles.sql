-- The people's roles: what they log in with; the job that loads scores, and the
-- kiosk at which anybody may raise a concern. Roles are the cluster's and no part
-- of a dump: where the database is restored, this file comes first.
DO $$
DECLARE
    person text;
BEGIN
    FOREACH person IN ARRAY '{ingrid,otto,amara,felix,grace,hiro,ines,jonas,katya,liam,mona,noor,priya,quinn,rosa,samir,tara,walt,loader,kiosk}'::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rivers_' || person) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', 'rivers_' || person);
        END IF;
    END LOOP;
END $$;
