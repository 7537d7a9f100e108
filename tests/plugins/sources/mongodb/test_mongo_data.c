// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Real exports: collections with known counts, and the test files of MongoDB's own tools, whose
// fate tests/golden/mongo-tools.tsv tells. Figures only; no data is kept here.
#include <math.h>

#include "mongo_bench.h"

static const char *data_path(const char *name)
{
    static char path[4096];
    const char *data = getenv("PORTRAIT_DATA");
    snprintf(path, sizeof path, "%s/%s", data == NULL ? "." : data, name);
    return path;
}

static struct harness *data_new(const char *name)
{
    struct harness *h = harness_new("mongodb-export");
    harness_file(h, "path", data_path(name));
    return h;
}

// Reads it whole and in small splits on 1, 2 and 8 threads: always the same.
static void read_alike(struct harness *h, struct harness_table *out)
{
    static const uint32_t threads[] = {1, 2, 8};
    bench_read(h, out);
    for (size_t i = 0; i < 3; i++) {
        struct harness_options options = {.threads = threads[i], .target_bytes = 4096};
        struct harness_table t;
        assert_int_equal(harness_read(h, &options, &t), PT_OK);
        assert_true(harness_equal(out, &t));
        harness_table_release(&t);
    }
}

static int order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Distinct values of a column; NULL = one of them.
static uint64_t distinct(const struct harness_table *t, uint32_t column)
{
    char **values = calloc(t->n_rows, sizeof *values);
    uint64_t n = 0;
    for (uint64_t i = 0; i < t->n_rows; i++) {
        values[i] = harness_value(t, i, column);
    }
    qsort(values, t->n_rows, sizeof *values, order);
    for (uint64_t i = 0; i < t->n_rows; i++) {
        n += i == 0 || strcmp(values[i], values[i - 1]) != 0 ? 1 : 0;
    }
    for (uint64_t i = 0; i < t->n_rows; i++) {
        free(values[i]);
    }
    free(values);
    return n;
}

static double sum(const struct harness_table *t, uint32_t column)
{
    double total = 0;
    for (uint64_t i = 0; i < t->n_rows; i++) {
        char *value = harness_value(t, i, column);
        total += strtod(value, NULL);
        free(value);
    }
    return total;
}

static uint64_t count(const struct harness_table *t, uint32_t column, const char *value)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < t->n_rows; i++) {
        char *is = harness_value(t, i, column);
        n += strcmp(is, value) == 0 ? 1 : 0;
        free(is);
    }
    return n;
}

static void test_mongo_data__analytics_accounts(void **state)
{
    (void)state;
    struct harness *h = data_new("mongo-analytics/accounts.json");
    struct harness_table t;
    read_alike(h, &t);
    assert_string_equal(t.schema, "_id u, account_id i, limit i, products u");
    assert_int_equal(t.n_rows, 1746);
    assert_int_equal(t.n_rejects, 0);
    assert_int_equal(distinct(&t, 0), 1746);
    assert_int_equal(distinct(&t, 1), 1745);
    assert_true(sum(&t, 2) == 17383000);
    harness_table_release(&t);
    bench_free(h);
}

static void test_mongo_data__analytics_customers(void **state)
{
    (void)state;
    struct harness *h = data_new("mongo-analytics/customers.json");
    struct harness_table t;
    read_alike(h, &t);
    assert_string_equal(t.schema, "_id u, username u, name u, address u, birthdate tsu:UTC, "
                                  "email u, active b, accounts u, tier_and_details u");
    assert_int_equal(t.n_rows, 500);
    assert_int_equal(distinct(&t, 5), 499);
    assert_int_equal(distinct(&t, 1), 497);
    assert_int_equal(count(&t, 6, "true"), 1);
    assert_int_equal(count(&t, 6, "\\N"), 499);
    char *first = harness_value(&t, 0, 4);
    char *last = harness_value(&t, 0, 4);
    uint64_t references = 0;
    for (uint64_t i = 0; i < t.n_rows; i++) {
        char *birth = harness_value(&t, i, 4);
        char *accounts = harness_value(&t, i, 7);
        if (strcmp(birth, first) < 0) {
            free(first);
            first = strdup(birth);
        }
        if (strcmp(birth, last) > 0) {
            free(last);
            last = strdup(birth);
        }
        for (const char *p = accounts; (p = strstr(p, "$numberInt")) != NULL; p++) {
            references++;
        }
        free(birth);
        free(accounts);
    }
    assert_string_equal(first, "1966-07-29T17:22:06Z");
    assert_string_equal(last, "1997-04-11T06:31:30Z");
    assert_int_equal(references, 1746);
    free(first);
    free(last);
    harness_table_release(&t);
    bench_free(h);
}

static void test_mongo_data__mflix(void **state)
{
    (void)state;
    struct harness *h = data_new("mongo-mflix/theaters.json");
    struct harness_table t;
    harness_put(h, "fields", "theater", "theaterId");
    harness_put(h, "fields", "city", "location.address.city");
    harness_put(h, "fields", "lon", "location.geo.coordinates.0");
    harness_put(h, "fields", "lat", "location.geo.coordinates.1");
    read_alike(h, &t);
    assert_true(strncmp(t.schema, "theater i, city ", 16) == 0);
    assert_non_null(strstr(t.schema, ", lon g, lat g"));
    assert_int_equal(t.n_rows, 1564);
    assert_int_equal(t.n_rejects, 0);
    assert_int_equal(count(&t, 2, "\\N"), 0);
    for (uint64_t i = 0; i < t.n_rows; i++) {
        char *lon = harness_value(&t, i, 2);
        char *lat = harness_value(&t, i, 3);
        assert_true(fabs(strtod(lon, NULL)) <= 180 && fabs(strtod(lat, NULL)) <= 90);
        free(lon);
        free(lat);
    }
    harness_table_release(&t);
    bench_free(h);
    h = data_new("mongo-mflix/users.json");
    harness_put(h, "fields", "email", "email"); // the password is left out
    read_alike(h, &t);
    assert_string_equal(t.schema, "email u");
    assert_int_equal(t.n_rows, 185);
    harness_table_release(&t);
    bench_free(h);
    h = data_new("mongo-mflix/sessions.json");
    read_alike(h, &t);
    assert_int_equal(t.n_rows, 1);
    harness_table_release(&t);
    bench_free(h);
}

// Each collection is there as an export and as a dump.
static void test_mongo_data__dumps_give_the_table_of_the_export(void **state)
{
    (void)state;
    static const char *const collections[] = {"mongo-analytics/accounts",
                                              "mongo-analytics/customers", "mongo-mflix/users",
                                              "mongo-mflix/theaters", "mongo-mflix/sessions"};
    for (size_t i = 0; i < sizeof collections / sizeof collections[0]; i++) {
        char name[256];
        struct harness_table json;
        struct harness_table bson;
        snprintf(name, sizeof name, "%s.json", collections[i]);
        struct harness *h = data_new(name);
        bench_read(h, &json);
        bench_free(h);
        snprintf(name, sizeof name, "%s.bson", collections[i]);
        h = data_new(name);
        read_alike(h, &bson);
        bench_free(h);
        assert_string_equal(json.schema, bson.schema);
        assert_true(harness_equal(&json, &bson));
        assert_int_equal(bson.n_rejects, 0);
        assert_true(bson.n_rows > 0);
        harness_table_release(&json);
        harness_table_release(&bson);
    }
}

static void test_mongo_data__archives(void **state)
{
    (void)state;
    static const char archive[] = "mongo-tools-testdata/mongorestore/testdata/test.bar.archive";
    struct harness *h = data_new(archive);
    struct harness_table t;
    bench_read(h, &t);
    assert_string_equal(t.schema, "_id u, foo u");
    assert_int_equal(t.n_rows, 1);
    assert_string_equal(t.rows[0], "58ffb124b721bc6c3234333c\tbar");
    harness_table_release(&t);
    bench_free(h);
    h = data_new(archive);
    harness_set(h, "collection", "admin.system.version");
    bench_read(h, &t);
    assert_string_equal(t.rows[0], "featureCompatibilityVersion\t3.4");
    harness_table_release(&t);
    bench_free(h);
    h = data_new(archive);
    harness_set(h, "collection", "test.baz");
    bench_refused(h, PT_E_DATA, "collection",
                  "no collection `test.baz`; it has: test.bar, admin.system.version");
}

// The file's line of the golden table: file, good, rejected, why.
static void tools_line(const char *file, char *out, size_t capacity)
{
    char path[2048];
    snprintf(path, sizeof path, "mongo-tools-testdata/%s", file);
    struct harness *h = data_new(path);
    struct harness_options options = {.threads = 1};
    struct harness_table t;
    pt_status status = harness_read(h, &options, &t);
    if (status == PT_OK) {
        snprintf(out, capacity, "%s\t%llu\t%llu\t%s", file, (unsigned long long)t.n_rows,
                 (unsigned long long)t.n_rejects, t.n_rejects > 0 ? t.rejects[0].reason : "-");
        harness_table_release(&t);
    } else {
        static const char refused[] = "is not Extended JSON: ";
        const char *why = strstr(harness_message(h), refused);
        assert_int_equal(status, PT_E_DATA);
        snprintf(out, capacity, "%s\t-\t-\t%s", file,
                 why == NULL ? harness_message(h) : why + sizeof refused - 1);
    }
    bench_free(h);
}

static void test_mongo_data__tools_files_as_the_table_says(void **state)
{
    (void)state;
    char path[4096];
    char line[4096];
    uint32_t n = 0;
    const char *source = getenv("PORTRAIT_SOURCE");
    snprintf(path, sizeof path, "%s/tests/golden/mongo-tools.tsv", source == NULL ? "." : source);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    while (fgets(line, sizeof line, in) != NULL) {
        char file[1024];
        char is[4096];
        if (line[0] == '#') {
            continue;
        }
        line[strcspn(line, "\n")] = '\0';
        snprintf(file, sizeof file, "%.*s", (int)strcspn(line, "\t"), line);
        tools_line(file, is, sizeof is);
        assert_string_equal(is, line);
        n++;
    }
    fclose(in);
    assert_int_equal(n, 39);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_data__analytics_accounts),
        cmocka_unit_test(test_mongo_data__analytics_customers),
        cmocka_unit_test(test_mongo_data__mflix),
        cmocka_unit_test(test_mongo_data__dumps_give_the_table_of_the_export),
        cmocka_unit_test(test_mongo_data__archives),
        cmocka_unit_test(test_mongo_data__tools_files_as_the_table_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
