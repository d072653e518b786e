#!/bin/sh
# Starts Postgres with compose/postgres.conf, its amounts of memory scaled to MEMOIR_DB_MEMORY: whole gigabytes, 24 when not set.
set -eu

gigabytes=${MEMOIR_DB_MEMORY:-24}
case $gigabytes in
  *[!0-9]* | 0*)
    echo "MEMOIR_DB_MEMORY has to be a whole number of gigabytes such as 8, not $gigabytes" >&2
    exit 2
    ;;
esac
megabytes=$((gigabytes * 1024))

# Below this a sort or an index build suffers more than the memory is worth.
at_least() { if [ "$1" -gt "$2" ]; then echo "$1"; else echo "$2"; fi; }

exec "${POSTGRES_ENTRY:-docker-entrypoint.sh}" postgres \
  -c "config_file=${POSTGRES_CONF:-/etc/memoir/postgres.conf}" \
  -c "shared_buffers=$((megabytes / 4))MB" \
  -c "effective_cache_size=$((megabytes * 3 / 4))MB" \
  -c "work_mem=$(at_least $((megabytes / 768)) 4)MB" \
  -c "maintenance_work_mem=$(at_least $((megabytes / 12)) 64)MB"
