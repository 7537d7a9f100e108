// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One transaction without journal, syncs or locks: nobody else sees the file before the host
// publishes its bytes, and a run that fails throws it away.
#include "profile_store.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pt_format.h"

#define COPY_BYTES ((uint64_t)1 << 20)
#define CANCEL_ROWS 4096

// The messages SQLite writes name tables and columns, never values.
static pt_status failed(const struct profile_store *s, int code, pt_error *err)
{
    const char *text = s->db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(s->db);
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory for profile-store");
    case SQLITE_CONSTRAINT:
        return pt_fail(s->host, err, PT_E_DATA, "key",
                       "row %llu: %s (another column, or `none`, may be the key)",
                       (unsigned long long)s->rows + 1, text);
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        return pt_fail(s->host, err, PT_E_IO, NULL, "building the SQLite file: %s", text);
    case SQLITE_TOOBIG:
        return pt_fail(s->host, err, PT_E_LIMIT, NULL, "row %llu: %s",
                       (unsigned long long)s->rows + 1, text);
    default:
        return pt_fail(s->host, err, PT_E_CONFIG, "columns", "SQLite: %s", text);
    }
}

// Runs a statement and frees its text.
static pt_status run_sql(struct profile_store *s, char *sql, pt_error *err)
{
    if (sql == NULL) {
        return failed(s, SQLITE_NOMEM, err);
    }
    int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    return code == SQLITE_OK ? PT_OK : failed(s, code, err);
}

static pt_status choose_path(struct profile_store *s, pt_error *err)
{
    const char *folder = NULL;
    pt_status status = s->host->temp_dir(s->host, &folder, err);
    if (status != PT_OK) {
        return status;
    }
    size_t capacity = strlen(folder) + sizeof "/store-XXXXXX";
    char *path = pt_mem_array(s->host, capacity, 1);
    if (path == NULL) {
        return failed(s, SQLITE_NOMEM, err);
    }
    snprintf(path, capacity, "%s/store-XXXXXX", folder);
    int file = mkstemp(path);
    if (file < 0) {
        status = pt_fail(s->host, err, PT_E_IO, NULL, "temporary file: %s", strerrordesc_np(errno));
        pt_mem_free(s->host, path);
        return status;
    }
    close(file);
    s->path = path;
    return PT_OK;
}

// Before the first page is written.
static pt_status settle(struct profile_store *s, pt_error *err)
{
    static const char settings[] = "PRAGMA page_size = 16384;"
                                   "PRAGMA encoding = 'UTF-8';"
                                   "PRAGMA auto_vacuum = NONE;"
                                   "PRAGMA journal_mode = OFF;"
                                   "PRAGMA synchronous = OFF;"
                                   "PRAGMA locking_mode = EXCLUSIVE;"
                                   "PRAGMA cache_size = -16384;"
                                   "PRAGMA temp_store = MEMORY;"
                                   "BEGIN EXCLUSIVE";
    int code = sqlite3_exec(s->db, settings, NULL, NULL, NULL);
    return code == SQLITE_OK ? PT_OK : failed(s, code, err);
}

static pt_status prepare_insert(struct profile_store *s, pt_error *err)
{
    char *sql = profile_store_sql_insert(&s->shape);
    if (sql == NULL) {
        return failed(s, SQLITE_NOMEM, err);
    }
    int code = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->insert, NULL);
    sqlite3_free(sql);
    return code == SQLITE_OK ? PT_OK : failed(s, code, err);
}

pt_status profile_store_open(struct profile_store *s, const pt_host *host,
                             const struct profile_store_shape *shape, pt_error *err)
{
    *s = (struct profile_store){.host = host, .shape = *shape};
    s->views = pt_mem_array(host, shape->n_columns, sizeof *s->views);
    if (s->views == NULL) {
        return failed(s, SQLITE_NOMEM, err);
    }
    pt_status status = choose_path(s, err);
    if (status != PT_OK) {
        return status;
    }
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(s->path, &s->db, flags, "unix-none");
    if (code != SQLITE_OK) {
        return failed(s, code, err);
    }
    status = settle(s, err);
    if (status == PT_OK) {
        status = run_sql(s, profile_store_sql_table(&s->shape), err);
    }
    return status == PT_OK ? prepare_insert(s, err) : status;
}

static int bind_cell(sqlite3_stmt *insert, int at, const struct pt_cell_view *v, int64_t row)
{
    char text[PT_FORMAT_MAX];
    uint64_t n = 0;
    const uint8_t *bytes = NULL;
    double number = 0;
    if (pt_cell_is_null(v, row)) {
        return sqlite3_bind_null(insert, at);
    }
    switch (v->type) {
    case PT_CELLS_BOOL:
        return sqlite3_bind_int(insert, at, pt_cell_bool(v, row));
    case PT_CELLS_I64:
        return sqlite3_bind_int64(insert, at, pt_cell_i64(v, row));
    case PT_CELLS_F64:
        number = pt_cell_f64(v, row);
        return isfinite(number) ? sqlite3_bind_double(insert, at, number)
                                : sqlite3_bind_null(insert, at);
    case PT_CELLS_DATE:
        n = pt_format_date(pt_cell_days(v, row), text);
        return sqlite3_bind_text(insert, at, text, (int)n, SQLITE_TRANSIENT);
    case PT_CELLS_TIME:
        n = pt_format_time(pt_cell_i64(v, row), text);
        return sqlite3_bind_text(insert, at, text, (int)n, SQLITE_TRANSIENT);
    default:
        bytes = pt_cell_text(v, row, &n);
        return sqlite3_bind_text64(insert, at, (const char *)bytes, n, SQLITE_STATIC, SQLITE_UTF8);
    }
}

static pt_status add_row(struct profile_store *s, int64_t row, pt_error *err)
{
    int code = SQLITE_OK;
    for (uint32_t i = 0; i < s->shape.n_columns && code == SQLITE_OK; i++) {
        code = bind_cell(s->insert, (int)i + 1, &s->views[i], row);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_step(s->insert);
    }
    if (code != SQLITE_DONE) {
        return failed(s, code, err);
    }
    sqlite3_reset(s->insert);
    s->rows++;
    return PT_OK;
}

pt_status profile_store_add(struct profile_store *s, const struct pt_cells *cells,
                            const struct ArrowArray *batch, pt_error *err)
{
    pt_status status = pt_cells_view(s->host, cells, batch, s->views, err);
    for (int64_t row = 0; row < batch->length && status == PT_OK; row++) {
        status = add_row(s, row, err);
        if (status == PT_OK && row % CANCEL_ROWS == 0 && s->host->cancelled(s->host) != 0) {
            status = pt_fail(s->host, err, PT_E_CANCELLED, NULL, "stopped while writing");
        }
    }
    sqlite3_clear_bindings(s->insert); // they point into the batch
    return status;
}

pt_status profile_store_index(struct profile_store *s, uint32_t column, pt_error *err)
{
    return run_sql(s, profile_store_sql_index(&s->shape, column), err);
}

pt_status profile_store_segments(struct profile_store *s, const uint32_t *columns, uint32_t n,
                                 pt_error *err)
{
    return n == 0 ? PT_OK : run_sql(s, profile_store_sql_segments(&s->shape, columns, n), err);
}

pt_status profile_store_run(struct profile_store *s, const pt_sink_job *job, const char *version,
                            pt_error *err)
{
    char now[PT_FORMAT_MAX + 1];
    now[pt_format_time(job->now_ms * 1000, now)] = '\0';
    pt_status status =
        run_sql(s,
                sqlite3_mprintf("CREATE TABLE run(\n  pipeline TEXT, audience TEXT, "
                                "sink TEXT, wave TEXT, now TIMESTAMP,\n  table_name "
                                "TEXT, profiles INTEGER, plugin TEXT, sqlite TEXT\n)"),
                err);
    if (status != PT_OK) {
        return status;
    }
    return run_sql(s,
                   sqlite3_mprintf("INSERT INTO run VALUES(%Q, %Q, %Q, %Q, %Q, %Q, %lld, %Q, %Q)",
                                   job->pipeline, job->audience, job->sink, job->wave, now,
                                   s->shape.table, (sqlite3_int64)s->rows, version,
                                   sqlite3_libversion()),
                   err);
}

static pt_status copy_out(struct profile_store *s, int file, pt_writer *writer, pt_error *err)
{
    char *buffer = pt_mem_array(s->host, COPY_BYTES, 1);
    pt_status status = PT_OK;
    ssize_t n = 1;
    if (buffer == NULL) {
        return failed(s, SQLITE_NOMEM, err);
    }
    while (n != 0 && status == PT_OK) {
        n = read(file, buffer, COPY_BYTES);
        if (n > 0) {
            status = s->host->writer->write(writer, buffer, (uint64_t)n, err);
        } else if (n < 0 && errno != EINTR) {
            status = pt_fail(s->host, err, PT_E_IO, NULL, "reading the SQLite file back: %s",
                             strerrordesc_np(errno));
        }
    }
    pt_mem_free(s->host, buffer);
    return status;
}

static pt_status close_file(struct profile_store *s, pt_error *err)
{
    sqlite3_finalize(s->insert);
    s->insert = NULL;
    int code = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        return failed(s, code, err);
    }
    code = sqlite3_close(s->db);
    if (code != SQLITE_OK) {
        return failed(s, code, err);
    }
    s->db = NULL;
    return PT_OK;
}

pt_status profile_store_finish(struct profile_store *s, pt_writer *writer, pt_error *err)
{
    pt_status status = close_file(s, err);
    if (status != PT_OK) {
        return status;
    }
    int file = open(s->path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return pt_fail(s->host, err, PT_E_IO, NULL, "reading the SQLite file back: %s",
                       strerrordesc_np(errno));
    }
    status = copy_out(s, file, writer, err);
    close(file);
    return status;
}

void profile_store_release(struct profile_store *s)
{
    if (s->host == NULL) {
        return;
    }
    sqlite3_finalize(s->insert);
    sqlite3_close(s->db);
    if (s->path != NULL) {
        unlink(s->path);
    }
    pt_mem_free(s->host, s->path);
    pt_mem_free(s->host, s->views);
    *s = (struct profile_store){0};
}
