// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Dumps built with libbson: splits, damage, and archives of several collections whose blocks take
// turns.
#include <bson/bson.h>

#include "mongo_bench.h"

struct bytes {
    uint8_t p[1 << 20];
    size_t n;
};

static void add(struct bytes *b, const void *p, size_t n)
{
    assert_true(b->n + n <= sizeof b->p);
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

static void add_bson(struct bytes *b, bson_t *document)
{
    add(b, bson_get_data(document), document->len);
    bson_destroy(document);
}

static bson_t *event(int32_t i)
{
    char sku[32];
    snprintf(sku, sizeof sku, "P%d", i % 7);
    return BCON_NEW("_id", BCON_INT32(i), "ts", BCON_DATE_TIME((int64_t)i * 1000 - 5000), "p", "{",
                    "sku", BCON_UTF8(sku), "price", BCON_DOUBLE(i / 4.0), "}", "n",
                    BCON_INT64((int64_t)i << 33));
}

static struct harness *dump_new(const struct bytes *b)
{
    struct harness *h = bench_new((const char *)b->p, b->n);
    harness_put(h, "fields", "id", "_id");
    harness_put(h, "fields", "ts", "ts");
    harness_put(h, "fields", "sku", "p.sku");
    harness_put(h, "fields", "price", "p.price");
    harness_put(h, "fields", "n", "n");
    return h;
}

// Rows and rejects of the same documents as Extended JSON and as a dump.
static void test_mongo_dump__splits_and_threads_change_nothing(void **state)
{
    (void)state;
    static const uint64_t targets[] = {0, 100, 5000};
    static const uint32_t threads[] = {1, 2, 8};
    struct bytes *dump = calloc(1, sizeof *dump);
    struct bytes *json = calloc(1, sizeof *json);
    struct harness_table should;
    for (int32_t i = 0; i < 3000; i++) {
        bson_t *document = event(i);
        char *text = bson_as_canonical_extended_json(document, NULL);
        add(json, text, strlen(text));
        add(json, "\n", 1);
        bson_free(text);
        add_bson(dump, document);
    }
    struct harness *h = dump_new(json);
    bench_read(h, &should);
    bench_free(h);
    h = dump_new(dump);
    for (size_t i = 0; i < 9; i++) {
        struct harness_options options = {.threads = threads[i / 3],
                                          .target_bytes = targets[i % 3],
                                          .batch_rows = i % 2 == 0 ? 7 : 16384};
        struct harness_table t;
        harness_read_limit(h, i == 4 ? 333 : 0);
        assert_int_equal(harness_read(h, &options, &t), PT_OK);
        assert_string_equal(t.schema, "id i, ts tsu:UTC, sku dict, price g, n l");
        assert_true(harness_equal(&should, &t));
        assert_int_equal(t.records, 3000);
        assert_true(targets[i % 3] == 0 ? t.n_splits == 1 : t.n_splits > 30);
        harness_table_release(&t);
    }
    harness_table_release(&should);
    bench_free(h);
    free(json);
    free(dump);
}

static void test_mongo_dump__damage_has_a_place(void **state)
{
    (void)state;
    struct bytes *b = calloc(1, sizeof *b);
    size_t at[5];
    for (int32_t i = 0; i < 5; i++) {
        at[i] = b->n;
        add_bson(b, event(i));
    }
    struct harness_table t;
    b->p[at[2] + 4] = 0x55; // a type that is none
    struct harness *h = dump_new(b);
    bench_read(h, &t);
    assert_int_equal(t.n_rows, 4);
    assert_int_equal(t.n_rejects, 1);
    assert_string_equal(t.rejects[0].reason, "unknown BSON type");
    assert_int_equal(t.rejects[0].offset, at[2]);
    assert_int_equal(t.rejects[0].line, 3);
    harness_table_release(&t);
    bench_free(h);
    b->p[at[3]] = 4; // a length that none has: nothing behind it is read
    b->p[at[3] + 1] = 0;
    h = dump_new(b);
    bench_read(h, &t);
    assert_int_equal(t.n_rows, 2);
    assert_int_equal(t.n_rejects, 2);
    assert_string_equal(t.rejects[1].reason, "bad BSON length");
    assert_int_equal(t.rejects[1].offset, at[3]);
    harness_table_release(&t);
    bench_free(h);
    free(b);
}

static void test_mongo_dump__cut_files(void **state)
{
    (void)state;
    struct bytes *b = calloc(1, sizeof *b);
    add_bson(b, event(0));
    size_t first = b->n;
    add_bson(b, event(1));
    for (size_t n = first + 1; n < b->n; n++) {
        struct bytes *cut = calloc(1, sizeof *cut);
        struct harness_table t;
        add(cut, b->p, n);
        struct harness *h = dump_new(cut);
        bench_read(h, &t);
        assert_int_equal(t.n_rows, 1);
        assert_int_equal(t.n_rejects, 1);
        assert_string_equal(t.rejects[0].reason, "ends too early");
        assert_int_equal(t.rejects[0].offset, first);
        harness_table_release(&t);
        bench_free(h);
        free(cut);
    }
    free(b);
}

static void test_mongo_dump__long_documents(void **state)
{
    (void)state;
    struct bytes *b = calloc(1, sizeof *b);
    char *text = calloc(1, 300001);
    memset(text, 'x', 300000);
    add_bson(b, event(0));
    add_bson(b, BCON_NEW("_id", BCON_INT32(1), "long", BCON_UTF8(text)));
    add_bson(b, event(2));
    struct harness *h = dump_new(b);
    struct harness_options options = {.threads = 1, .max_record = 100000};
    struct harness_table t;
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_int_equal(t.n_rows, 2);
    assert_int_equal(t.n_rejects, 1);
    assert_string_equal(t.rejects[0].reason, "longer than max_record");
    harness_table_release(&t);
    bench_read(h, &t);
    assert_int_equal(t.n_rows, 3);
    harness_table_release(&t);
    bench_free(h);
    free(text);
    free(b);
}

// Archives, byte by byte.

static void add_u32(struct bytes *b, uint32_t v)
{
    uint8_t p[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
    add(b, p, 4);
}

static uint64_t sum_of(uint64_t sum, const uint8_t *p, size_t n) // CRC-64 of ECMA-182, bit by bit
{
    sum = ~sum;
    for (size_t i = 0; i < n * 8; i++) {
        uint64_t bit = (sum ^ (uint64_t)(p[i / 8] >> (i % 8))) & 1;
        sum = sum >> 1 ^ (bit != 0 ? UINT64_C(0xc96c5795d7870f42) : 0);
    }
    return ~sum;
}

static void archive_begin(struct bytes *b, const char *const (*names)[2], size_t n)
{
    add_u32(b, 0x8199e26d);
    add_bson(b, BCON_NEW("concurrent_collections", BCON_INT32(4), "version", BCON_UTF8("0.1"),
                         "server_version", BCON_UTF8("7.0.1"), "tool_version", BCON_UTF8("r100")));
    for (size_t i = 0; i < n; i++) {
        add_bson(b, BCON_NEW("db", BCON_UTF8(names[i][0]), "collection", BCON_UTF8(names[i][1]),
                             "metadata", BCON_UTF8("{}"), "size", BCON_INT32(0), "type",
                             BCON_UTF8("collection")));
    }
    add_u32(b, 0xffffffff);
}

static void block_begin(struct bytes *b, const char *const name[2], bool is_end, uint64_t sum)
{
    add_bson(b, BCON_NEW("db", BCON_UTF8(name[0]), "collection", BCON_UTF8(name[1]), "EOF",
                         BCON_BOOL(is_end), "CRC", BCON_INT64((int64_t)sum)));
}

static const char *const names[][2] = {
    {"shop", "events"}, {"admin", "system.version"}, {"shop", "orders"}};

// Blocks of three collections take turns; events have the even numbers, orders the odd ones.
static void archive_make(struct bytes *b, size_t n_names, uint64_t spoil)
{
    uint64_t sums[3] = {0};
    b->n = 0;
    archive_begin(b, names, n_names);
    for (int32_t i = 0; i < 40; i += 4) {
        for (size_t k = 0; k < n_names; k++) {
            block_begin(b, names[k], false, 0);
            for (int32_t j = 0; j < 2; j++) {
                size_t at = b->n;
                add_bson(b, event(i + j * 2 + (k == 2 ? 1 : 0)));
                sums[k] = sum_of(sums[k], b->p + at, b->n - at);
            }
            add_u32(b, 0xffffffff);
        }
    }
    for (size_t k = 0; k < n_names; k++) {
        block_begin(b, names[k], true, sums[k] ^ spoil);
        add_u32(b, 0xffffffff);
    }
}

static void test_mongo_dump__archives_of_several_collections(void **state)
{
    (void)state;
    struct bytes *b = calloc(1, sizeof *b);
    struct harness_table t;
    archive_make(b, 3, 0);
    bench_refused(dump_new(b), PT_E_DATA, "collection",
                  "several collections; name one of: shop.events, admin.system.version, "
                  "shop.orders");
    struct harness *h = dump_new(b);
    harness_set(h, "collection", "shop.carts");
    bench_refused(h, PT_E_DATA, "collection", "no collection `shop.carts`; it has: shop.events,");
    for (int32_t k = 0; k < 2; k++) {
        h = dump_new(b);
        harness_set(h, "collection", k == 0 ? "shop.events" : "shop.orders");
        bench_read(h, &t);
        assert_int_equal(t.n_rows, 20);
        assert_int_equal(t.n_rejects, 0);
        for (uint64_t i = 0; i < 20; i++) {
            char *id = harness_value(&t, i, 0);
            assert_int_equal(atoi(id), (int32_t)i * 2 + k);
            free(id);
        }
        harness_table_release(&t);
        bench_free(h);
    }
    archive_make(b, 2, 0); // the server's own collection is not meant
    h = dump_new(b);
    bench_read(h, &t);
    assert_int_equal(t.n_rows, 20);
    harness_table_release(&t);
    bench_free(h);
    free(b);
}

static void test_mongo_dump__archives_are_checked(void **state)
{
    (void)state;
    struct bytes *b = calloc(1, sizeof *b);
    struct harness_table t;
    archive_make(b, 2, 1);
    struct harness *h = dump_new(b);
    bench_read(h, &t);
    assert_int_equal(t.n_rows, 20);
    assert_int_equal(t.n_rejects, 1);
    assert_string_equal(t.rejects[0].reason, "checksum of the collection is wrong");
    harness_table_release(&t);
    bench_free(h);
    archive_make(b, 2, 0);
    size_t whole = b->n;
    uint32_t n_cut = 0;
    for (b->n = 1; b->n < whole; b->n += b->n < 700 ? 1 : 97) {
        const struct harness_options options = {.threads = 1};
        h = dump_new(b);
        pt_status status = harness_read(h, &options, &t);
        if (status == PT_OK && t.n_rejects == 0) { // all of ours was there
            assert_true(t.n_rows == 20 && whole - b->n < 200);
        }
        n_cut += status == PT_OK && t.n_rejects == 1 ? 1 : 0;
        assert_true(status == PT_OK || status == PT_E_DATA);
        harness_table_release(&t);
        bench_free(h);
    }
    assert_true(n_cut > 50);
    free(b);
}

static void test_mongo_dump__formats_are_checked(void **state)
{
    (void)state;
    struct bytes *b = calloc(1, sizeof *b);
    add_bson(b, event(1));
    struct harness *h = dump_new(b);
    harness_set(h, "format", "jsonl");
    bench_refused(h, PT_E_DATA, "format", "a.json is BSON documents");
    h = dump_new(b);
    harness_set(h, "format", "bson");
    harness_bytes(h, "path", "b.bson", b->p, b->n);
    struct harness_table t;
    bench_read(h, &t);
    assert_int_equal(t.n_rows, 2);
    harness_table_release(&t);
    bench_free(h);
    h = dump_new(b);
    harness_bytes(h, "path", "b.json", "{}", 2);
    bench_refused(h, PT_E_DATA, "path", "a.json is BSON documents, but b.json is one document");
    archive_make(b, 2, 0);
    b->p[4] = 0; // the head's length
    bench_refused(dump_new(b), PT_E_DATA, "path", "the start of the archive is broken at byte 4");
    free(b);
}

// Changed bytes anywhere: rows and rejects are whole, and small splits and short reads change
// nothing.
static void test_mongo_dump__changed_bytes(void **state)
{
    (void)state;
    struct bytes *b = calloc(1, sizeof *b);
    uint32_t seed = 7;
    uint32_t n_read = 0;
    for (uint32_t round = 0; round < 300; round++) {
        b->n = 0;
        if (round % 3 == 0) {
            archive_make(b, 2, 0);
        }
        for (int32_t i = 0; round % 3 > 0 && i < 30; i++) {
            add_bson(b, event(i));
        }
        for (uint32_t i = 0; i <= round % 4; i++) {
            seed = seed * 1664525u + 1013904223u;
            uint8_t *at = &b->p[(seed >> 8) % b->n];
            *at = i % 2 == 0 ? (uint8_t)seed : (uint8_t)(*at + 1);
        }
        struct harness *h = dump_new(b);
        harness_set(h, "on_mismatch", "null");
        struct harness_options options = {.threads = 1};
        struct harness_table whole;
        struct harness_table parts;
        pt_status status = harness_read(h, &options, &whole);
        assert_true(status == PT_OK || status == PT_E_DATA);
        if (status == PT_OK) {
            n_read++;
            assert_int_equal(whole.records, whole.n_rows + whole.n_rejects);
            options = (struct harness_options){.threads = 2, .target_bytes = 300};
            harness_read_limit(h, 77);
            assert_int_equal(harness_read(h, &options, &parts), PT_OK);
            assert_true(harness_equal(&whole, &parts));
            harness_table_release(&parts);
        }
        harness_table_release(&whole);
        bench_free(h);
    }
    assert_true(n_read > 150);
    free(b);
}

// Every allocation fails once: a clean refusal and nothing left behind.
static void test_mongo_dump__no_memory(void **state)
{
    (void)state;
    struct bytes *b = calloc(1, sizeof *b);
    for (int32_t is_archive = 0; is_archive < 2; is_archive++) {
        struct harness_options options = {.threads = 1, .target_bytes = 64};
        struct harness_table t;
        b->n = 0;
        if (is_archive == 1) {
            archive_make(b, 2, 0);
        } else {
            add_bson(b, event(0));
            add_bson(b, event(1));
        }
        struct harness *h = dump_new(b);
        harness_fault(h, 0, 0);
        assert_int_equal(harness_read(h, &options, &t), PT_OK);
        uint64_t calls = harness_fault_calls(h);
        uint64_t n_rows = t.n_rows;
        harness_table_release(&t);
        for (uint64_t at = 1; at <= calls; at++) {
            for (uint8_t forever = 0; forever < 2; forever++) {
                harness_fault(h, at, forever);
                pt_status status = harness_read(h, &options, &t);
                if (status == PT_OK) {
                    assert_int_equal(t.n_rows, n_rows);
                    harness_table_release(&t);
                } else {
                    assert_int_equal(status, PT_E_NO_MEMORY);
                }
                assert_int_equal(harness_live_blocks(h), 0);
            }
        }
        harness_fault(h, 0, 0);
        bench_free(h);
    }
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_dump__splits_and_threads_change_nothing),
        cmocka_unit_test(test_mongo_dump__damage_has_a_place),
        cmocka_unit_test(test_mongo_dump__cut_files),
        cmocka_unit_test(test_mongo_dump__long_documents),
        cmocka_unit_test(test_mongo_dump__archives_of_several_collections),
        cmocka_unit_test(test_mongo_dump__archives_are_checked),
        cmocka_unit_test(test_mongo_dump__formats_are_checked),
        cmocka_unit_test(test_mongo_dump__changed_bytes),
        cmocka_unit_test(test_mongo_dump__no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
