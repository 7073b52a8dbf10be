# One image for web, worker and the one-off commands. Nothing in it is secret: settings come from the environment (.env.example).
FROM node:22-bookworm-slim AS static
WORKDIR /leden
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /leden --shell /usr/sbin/nologin leden
WORKDIR /leden
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/leden/.venv/bin:$PATH
COPY requirements.txt ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
COPY --from=static /leden/node_modules ./node_modules
# A key that lives for these two commands only; the tables are not asked.
RUN DEBUG=1 python manage.py messages --compile \
    && SECRET_KEY=only-while-the-image-is-built-0123456789abcdefghijklmnopqrstuv python manage.py collectstatic --noinput \
    && rm -rf node_modules var && mkdir -p var /files && chown leden:leden var /files
USER leden
ENV BIND=0.0.0.0:8000 LOG_FORMAT=json MEDIA_ROOT=/files PROMETHEUS_MULTIPROC_DIR=/tmp/leden-metrics
EXPOSE 8000
CMD ["gunicorn", "tracker.wsgi", "-c", "deploy/gunicorn.conf.py"]
