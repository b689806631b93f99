-- The database and its two roles, once, as a superuser of PostgreSQL.
--
--   sayso_owner  owns the tables; only `sayso db upgrade` uses it.
--   sayso_app    is what the bot is; it can neither drop a trigger nor look into another workspace.
--
-- In deploy/compose.yml the passwords come from files. By hand:
--   psql --variable owner_password=... --variable app_password=... --file deploy/init-roles.sql
\set ON_ERROR_STOP on
\if :{?owner_password}
\else
  \set owner_password `cat /run/secrets/owner_password`
\endif
\if :{?app_password}
\else
  \set app_password `cat /run/secrets/app_password`
\endif

-- A password is never written to the server's log, even where that logs every statement.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET password_encryption = 'scram-sha-256';

CREATE ROLE sayso_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'owner_password';
CREATE ROLE sayso_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'app_password';

CREATE DATABASE sayso OWNER sayso_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE sayso FROM PUBLIC;
GRANT CONNECT ON DATABASE sayso TO sayso_app;

\connect sayso
-- Nobody but the owner makes anything here; `sayso db upgrade` grants the rest, table by table.
ALTER SCHEMA public OWNER TO sayso_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO sayso_app;
