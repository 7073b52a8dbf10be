#!/bin/sh
# As the owner of the tables (decision 19): everything that must be there before anybody is served. Twice is as once.
set -eu
python manage.py migrate --noinput
python manage.py createcachetable
