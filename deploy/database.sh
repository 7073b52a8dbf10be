#!/bin/sh
# The logins and roles of decision 19, made once by PostgreSQL's image when its volume is empty.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set owner="$OWNER_PASSWORD" --set serves="$LEDEN_PASSWORD" <<'SQL'
CREATE ROLE leden_owner LOGIN CREATEROLE PASSWORD :'owner';
CREATE ROLE leden LOGIN NOINHERIT PASSWORD :'serves';
CREATE ROLE tracker_app NOLOGIN;
CREATE ROLE tracker_self NOLOGIN;
CREATE ROLE tracker_both NOLOGIN;
CREATE ROLE tracker_host NOLOGIN;
CREATE ROLE tracker_job NOLOGIN;
GRANT tracker_app, tracker_self, tracker_both, tracker_host, tracker_job TO leden;
CREATE DATABASE leden OWNER leden_owner;
ALTER DATABASE leden SET jit = off;
ALTER DATABASE leden SET random_page_cost = 1.1;
SQL
