// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// profile-store as users meet it: loaded, configured from YAML, fed from a table. The file is read
// back with SQLite itself.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "fault.h"
#include "host_bytes.h"
#include "scratch.h"
#include "sink_bench.h"

struct store_bench {
    struct sink_bench sink;
    struct scratch scratch;
};

static int load(void **state)
{
    static struct store_bench x;
    sink_bench_init(&x.sink, "profile-store");
    scratch_init(&x.scratch);
    x.sink.temp = x.scratch.folder;
    *state = &x;
    return 0;
}

static int unload(void **state)
{
    struct store_bench *x = *state;
    sink_bench_release(&x->sink);
    scratch_release(&x->scratch);
    return 0;
}

static void render(struct store_bench *x, const char *yaml, const struct people *p, struct str *out)
{
    struct export_column columns[16] = {0};
    struct pt_error err = ERROR_INIT;
    sink_bench_create(&x->sink, yaml);
    struct export_job job = sink_bench_job(&x->sink, p, columns, NULL);
    pt_status status = sink_bench_render(&job, out, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(status, PT_OK);
    assert_int_equal(scratch_count(x->scratch.folder), 0);
}

static sqlite3 *open_bytes(struct store_bench *x, const struct str *file)
{
    sqlite3 *db = NULL;
    const char *path = scratch_write(&x->scratch, "read.sqlite", file->p, file->n);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    return db;
}

static void close_bytes(struct store_bench *x, sqlite3 *db)
{
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    remove(scratch_path(&x->scratch, "read.sqlite"));
}

static int add_row(void *ctx, int n, char **values, char **names)
{
    (void)names;
    for (int i = 0; i < n; i++) {
        str_addf(ctx, "%s%s", i == 0 ? "" : "|", values[i] == NULL ? "NULL" : values[i]);
    }
    str_add(ctx, "\n");
    return 0;
}

static void assert_query(sqlite3 *db, const char *sql, const char *expected)
{
    struct str got = {0};
    char *fault = NULL;
    if (sqlite3_exec(db, sql, add_row, &got, &fault) != SQLITE_OK) {
        fail_msg("%s: %s", sql, fault);
    }
    assert_string_equal(str_get(&got) == NULL ? "" : str_get(&got), expected);
    str_release(&got);
}

static void test_profile_store__values_of_every_type(void **state)
{
    struct people p;
    struct str file = {0};
    people_init(&p, 4, "C%zu");
    people_add_bool(&p, "flag", (int[]){1, 0, -1, 1});
    people_add_i64(&p, "n", (int64_t[]){-5, INT64_MAX, INT64_MIN, 0});
    people_add_f64(&p, "x", (double[]){12, 0.1, NAN, -1e-7});
    people_add_text(&p, "Stadt \"a\"",
                    (const char *const[]){"Oslo", "", NULL, "\xE5\x8C\x97\xE4\xBA\xAC"});
    people_add_when(&p, "day", VEC_DATE, (int64_t[]){0, -1, INT64_MIN, 20240});
    people_add_when(&p, "at", VEC_TIME, (int64_t[]){0, 1748736000123000, INT64_MIN, -1});
    render(*state, "", &p, &file);
    sqlite3 *db = open_bytes(*state, &file);
    assert_query(db, "PRAGMA integrity_check", "ok\n");
    assert_query(db, "SELECT * FROM profiles",
                 "C0|1|-5|12.0|Oslo|1970-01-01|1970-01-01T00:00:00Z\n"
                 "C1|0|9223372036854775807|0.1||1969-12-31|2025-06-01T00:00:00.123Z\n"
                 "C2|NULL|NULL|NULL|NULL|NULL|NULL\n"
                 "C3|1|0|-1.0e-07|\xE5\x8C\x97\xE4\xBA\xAC|2025-06-01|"
                 "1969-12-31T23:59:59.999999Z\n");
    assert_query(db, "SELECT name, type, \"notnull\", pk FROM pragma_table_info('profiles')",
                 "profile|TEXT|1|1\nflag|BOOLEAN|0|0\nn|INTEGER|0|0\nx|REAL|0|0\n"
                 "Stadt \"a\"|TEXT|0|0\nday|DATE|0|0\nat|TIMESTAMP|0|0\n");
    assert_query(db,
                 "SELECT DISTINCT typeof(day), typeof(at), typeof(flag), typeof(x) "
                 "FROM profiles WHERE n = 0",
                 "text|text|integer|real\n");
    close_bytes(*state, db);
    str_release(&file);
    people_release(&p);
}

static void test_profile_store__tells_the_run(void **state)
{
    struct people p;
    struct str file = {0};
    people_init(&p, 3, "C%zu");
    render(*state, "table: customers", &p, &file);
    sqlite3 *db = open_bytes(*state, &file);
    assert_query(db,
                 "SELECT pipeline, audience, sink, wave, now, table_name, profiles, plugin "
                 "FROM run",
                 "shop|spring|test|2025-06-01T00:00:00Z|2025-06-01T00:00:00Z|customers|3|"
                 "profile-store 0.1.0\n");
    assert_query(db, "SELECT sqlite = sqlite_version() FROM run", "1\n");
    assert_query(db, "SELECT count(*) FROM customers", "3\n");
    close_bytes(*state, db);
    str_release(&file);
    people_release(&p);
}

static void test_profile_store__key_index_and_segments(void **state)
{
    struct people p;
    struct str file = {0};
    people_init(&p, 5, "C%zu");
    people_add_i64(&p, "id", (int64_t[]){7, 3, 9, 1, 5});
    people_add_text(&p, "tier", (const char *const[]){"gold", "basic", NULL, "gold", "it's"});
    people_add_i64(&p, "cluster", (int64_t[]){0, 1, 1, 1, INT64_MIN});
    render(*state, "{key: id, index: [tier, cluster], segments: [tier, cluster]}", &p, &file);
    sqlite3 *db = open_bytes(*state, &file);
    assert_query(db, "SELECT name FROM pragma_table_info('profiles') WHERE pk", "id\n");
    assert_query(db, "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
                 "profiles by tier\nprofiles by cluster\n");
    assert_query(db, "SELECT * FROM segments",
                 "tier|basic|1\ntier|gold|2\ntier|it's|1\ncluster|0|1\ncluster|1|3\n");
    assert_query(db,
                 "SELECT count(*) FROM profiles INDEXED BY \"profiles by tier\" "
                 "WHERE tier = 'gold'",
                 "2\n");
    close_bytes(*state, db);
    str_release(&file);
    people_release(&p);
}

// Order of rows is the audience's; bytes are the same whatever the batches.
static void test_profile_store__same_bytes_at_any_batch_size(void **state)
{
    enum { N = 5000 };
    struct store_bench *x = *state;
    struct people p;
    int64_t *n = malloc(N * sizeof *n);
    size_t *rows = malloc(N * sizeof *rows);
    for (size_t i = 0; i < N; i++) {
        n[i] = (int64_t)i;
        rows[i] = (i * 2741) % N;
    }
    people_init(&p, N, "C%zu");
    people_add_i64(&p, "n", n);
    static const size_t sizes[] = {0, 0, 1, 7, 4999, 5000};
    struct str first = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct export_column columns[2] = {0};
        struct str out = {0};
        sink_bench_create(&x->sink, "index: [n]");
        struct export_job job = sink_bench_job(&x->sink, &p, columns, NULL);
        job.rows = rows;
        job.n_rows = N - 1;
        job.batch_rows = sizes[i];
        assert_int_equal(sink_bench_render(&job, i == 0 ? &first : &out, NULL), PT_OK);
        if (i > 0) {
            assert_int_equal(out.n, first.n);
            assert_memory_equal(out.p, first.p, first.n);
        }
        str_release(&out);
    }
    sqlite3 *db = open_bytes(x, &first);
    assert_query(db, "PRAGMA integrity_check", "ok\n");
    assert_query(db, "SELECT * FROM profiles LIMIT 3", "C0|0\nC2741|2741\nC482|482\n");
    assert_query(db, "SELECT count(*), sum(n) FROM profiles", "4999|12495241\n");
    close_bytes(x, db);
    str_release(&first);
    free(n);
    free(rows);
    people_release(&p);
}

static void test_profile_store__nobody_gives_empty_tables(void **state)
{
    struct people p;
    struct str file = {0};
    people_init(&p, 0, "C%zu");
    render(*state, "segments: [profile]", &p, &file);
    sqlite3 *db = open_bytes(*state, &file);
    assert_query(db, "SELECT count(*) FROM profiles", "0\n");
    assert_query(db, "SELECT profiles FROM run", "0\n");
    assert_query(db, "SELECT * FROM segments", "");
    close_bytes(*state, db);
    str_release(&file);
    people_release(&p);
}

static void assert_fails(struct store_bench *x, const char *yaml, const struct people *p,
                         pt_status expected, const char *message)
{
    struct export_column columns[16] = {0};
    struct str out = {0};
    struct pt_error err = ERROR_INIT;
    sink_bench_create(&x->sink, yaml);
    struct export_job job = sink_bench_job(&x->sink, p, columns, NULL);
    assert_int_equal(sink_bench_render(&job, &out, &err), expected);
    assert_string_equal(err.message, message);
    str_release(&out);
    sink_bench_reset(&x->sink);
    assert_int_equal(scratch_count(x->scratch.folder), 0);
}

static void test_profile_store__tells_what_it_cannot_store(void **state)
{
    struct store_bench *x = *state;
    struct people p;
    people_init(&p, 3, "C%zu");
    people_add_i64(&p, "n", (int64_t[]){4, 5, 4});
    people_add_text(&p, "city", (const char *const[]){"a", NULL, "c"});
    assert_fails(x, "key: n", &p, PT_E_DATA,
                 "row 3: UNIQUE constraint failed: profiles.n (another column, or `none`, may be "
                 "the key)");
    assert_fails(x, "key: city", &p, PT_E_DATA,
                 "row 2: NOT NULL constraint failed: profiles.city (another column, or `none`, may "
                 "be the key)");
    assert_fails(x, "key: town", &p, PT_E_CONFIG,
                 "key names `town`, which no column of the table is");
    assert_fails(x, "index: [town]", &p, PT_E_CONFIG,
                 "index names `town`, which no column of the table is");
    assert_fails(x, "segments: [town]", &p, PT_E_CONFIG,
                 "segments names `town`, which no column of the table is");
    people_add_text(&p, "City", (const char *const[]){"a", NULL, "c"});
    assert_fails(x, "", &p, PT_E_CONFIG, "to SQL, columns `city` and `City` have the same name");
    people_release(&p);
}

static void test_profile_store__a_key_is_not_needed(void **state)
{
    struct people p;
    struct str file = {0};
    people_init(&p, 2, "same");
    render(*state, "key: none", &p, &file);
    sqlite3 *db = open_bytes(*state, &file);
    assert_query(db, "SELECT * FROM profiles", "same\nsame\n");
    close_bytes(*state, db);
    str_release(&file);
    people_release(&p);
}

static void test_profile_store__table_names_that_are_taken(void **state)
{
    struct store_bench *x = *state;
    static const char *const names[] = {"run", "RUN", "segments", "sqlite_x"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char yaml[64];
        char message[128];
        snprintf(yaml, sizeof yaml, "table: %s", names[i]);
        snprintf(message, sizeof message, "the store has a table or view of its own called `%s`",
                 names[i]);
        pt_status status = sink_bench_configure(&x->sink, yaml);
        struct pt_error err = ERROR_INIT;
        if (status == PT_OK) {
            status = x->sink.sink->create(&x->sink.host, config_struct(x->sink.config),
                                          &x->sink.self, &err);
            assert_string_equal(err.message, message);
        }
        assert_int_equal(status, PT_E_CONFIG);
    }
    assert_int_equal(sink_bench_configure(&x->sink, "table: \"a b\""), PT_E_CONFIG);
}

static void test_profile_store__the_readme_lists_every_option(void **state)
{
    struct store_bench *x = *state;
    sink_bench_check_readme(&x->sink, "profile-store");
    sink_bench_create(&x->sink, "path: out/p.sqlite");
    assert_string_equal(x->sink.sink->path(x->sink.self), "out/p.sqlite");
}

struct store_sweep {
    struct store_bench *bench;
    struct people people;
};

static pt_status render_once(void *arg, struct pt_error *err)
{
    struct store_sweep *x = arg;
    struct sink_bench *b = &x->bench->sink;
    struct export_column columns[4] = {0};
    struct str out = {0};
    void *self = NULL;
    TRY(b->sink->create(&b->host, config_struct(b->config), &self, err));
    struct export_job job = sink_bench_job(b, &x->people, columns, NULL);
    job.self = self;
    job.batch_rows = 2;
    pt_status status = sink_bench_render(&job, &out, err);
    b->sink->destroy(self);
    if (status == PT_OK) {
        assert_int_equal(strncmp(out.p, "SQLite format 3", 16), 0);
    }
    str_release(&out);
    assert_int_equal(scratch_count(x->bench->scratch.folder), 0);
    return status;
}

static void sweep_init(struct store_sweep *x, struct store_bench *bench)
{
    x->bench = bench;
    people_init(&x->people, 3, "C%zu");
    people_add_text(&x->people, "t", (const char *const[]){"a", NULL, "c"});
    people_add_when(&x->people, "d", VEC_DATE, (int64_t[]){1, 2, 3});
    sink_bench_create(&bench->sink, "{index: [t], segments: [t]}");
}

static void test_profile_store__every_failing_allocation(void **state)
{
    struct store_sweep x;
    sweep_init(&x, *state);
    assert_true(fault_sweep_memory(render_once, NULL, &x) > 10);
    people_release(&x.people);
}

// SQLite's own memory, of which the n-th allocation fails.
static struct {
    sqlite3_mem_methods real;
    long left; // allocations until one fails; < 0: none does
} sqlite_memory;

static bool is_failing(void)
{
    return sqlite_memory.left >= 0 && sqlite_memory.left-- == 0;
}

static void *failing_malloc(int n)
{
    return is_failing() ? NULL : sqlite_memory.real.xMalloc(n);
}

static void *failing_realloc(void *memory, int n)
{
    return is_failing() ? NULL : sqlite_memory.real.xRealloc(memory, n);
}

static int start_failing(void **state)
{
    (void)state;
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory.real);
    sqlite3_mem_methods failing = sqlite_memory.real;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    sqlite_memory.left = -1;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK &&
                   sqlite3_initialize() == SQLITE_OK
               ? 0
               : -1;
}

static int end_failing(void **state)
{
    (void)state;
    sqlite_memory.left = -1;
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_MALLOC, &sqlite_memory.real);
    return sqlite3_initialize() == SQLITE_OK ? 0 : -1;
}

static void test_profile_store__every_failing_allocation_of_sqlite(void **state)
{
    struct store_sweep x;
    sweep_init(&x, *state);
    long failures = 0;
    sqlite3_int64 before = sqlite3_memory_used();
    for (long n = 0;; n++) {
        struct pt_error err = ERROR_INIT;
        sqlite_memory.left = n;
        pt_status status = render_once(&x, &err);
        bool was_hit = sqlite_memory.left < 0;
        sqlite_memory.left = -1;
        assert_int_equal(sqlite3_memory_used(), before);
        if (!was_hit) {
            assert_int_equal(status, PT_OK);
            break;
        }
        if (status != PT_OK) { // SQLite does without some of its memory
            assert_int_equal(status, PT_E_NO_MEMORY);
            failures++;
        }
    }
    assert_true(failures > 50);
    people_release(&x.people);
}

struct full_writer {
    uint64_t left;
};

static pt_status write_until(void *ctx, const void *data, uint64_t size, struct pt_error *err)
{
    struct full_writer *w = ctx;
    (void)data;
    if (size > w->left) {
        FAIL(err, PT_E_IO, "disk full");
    }
    w->left -= size;
    return PT_OK;
}

static void test_profile_store__a_full_disk_stops_it(void **state)
{
    enum { N = 100000 };
    struct store_bench *x = *state;
    struct people p;
    people_init(&p, N, "C%09zu");
    for (uint64_t room = 0; room < 3000000; room += 1u << 20) {
        struct export_column columns[2] = {0};
        struct full_writer full = {room};
        struct pt_writer writer = {.ctx = &full, .write = write_until};
        struct pt_error err = ERROR_INIT;
        sink_bench_create(&x->sink, "");
        struct export_job job = sink_bench_job(&x->sink, &p, columns, NULL);
        assert_int_equal(export_file(&job, &writer, &err), PT_E_IO);
        assert_string_equal(err.message, "disk full");
        assert_int_equal(scratch_count(x->scratch.folder), 0);
    }
    people_release(&p);
}

static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

// The private folder itself is full: files may not grow beyond 256 KiB.
static void test_profile_store__a_full_private_folder_stops_it(void **state)
{
    enum { N = 300000 };
    struct store_bench *x = *state;
    struct export_column columns[2] = {0};
    struct str out = {0};
    struct people p;
    struct pt_error err = ERROR_INIT;
    people_init(&p, N, "a rather long name to fill pages with, number %09zu");
    sink_bench_create(&x->sink, "key: none");
    struct export_job job = sink_bench_job(&x->sink, &p, columns, NULL);
    signal(SIGXFSZ, SIG_IGN);
    limit_file_size(256 << 10);
    pt_status status = sink_bench_render(&job, &out, &err);
    limit_file_size(RLIM_INFINITY);
    assert_int_equal(status, PT_E_IO);
    assert_memory_equal(err.message, "building the SQLite file: ", 26);
    assert_int_equal(out.n, 0);
    sink_bench_reset(&x->sink);
    assert_int_equal(scratch_count(x->scratch.folder), 0);
    x->sink.temp = "/nowhere/at/all";
    assert_fails(x, "", &p, PT_E_IO, "temporary file: No such file or directory");
    x->sink.temp = NULL;
    assert_fails(x, "", &p, PT_E_IO, "no private folder");
    x->sink.temp = x->scratch.folder;
    str_release(&out);
    people_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_store__values_of_every_type),
        cmocka_unit_test(test_profile_store__tells_the_run),
        cmocka_unit_test(test_profile_store__key_index_and_segments),
        cmocka_unit_test(test_profile_store__same_bytes_at_any_batch_size),
        cmocka_unit_test(test_profile_store__nobody_gives_empty_tables),
        cmocka_unit_test(test_profile_store__tells_what_it_cannot_store),
        cmocka_unit_test(test_profile_store__a_key_is_not_needed),
        cmocka_unit_test(test_profile_store__table_names_that_are_taken),
        cmocka_unit_test(test_profile_store__the_readme_lists_every_option),
        cmocka_unit_test(test_profile_store__every_failing_allocation),
        cmocka_unit_test_setup_teardown(test_profile_store__every_failing_allocation_of_sqlite,
                                        start_failing, end_failing),
        cmocka_unit_test(test_profile_store__a_full_disk_stops_it),
        cmocka_unit_test(test_profile_store__a_full_private_folder_stops_it),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
