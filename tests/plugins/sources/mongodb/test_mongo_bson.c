// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// BSON against libbson 1.23: documents of every type that it builds are written as the text it
// writes, and changed bytes are refused where it refuses them. Texts are compared in our canonical
// form, since both spell doubles in their own way.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bson/bson.h>
#include <cmocka.h>

#include "mongo_bson.h"
#include "mongo_canon.h"
#include "mongo_plain_host.h"

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(((seed >> 33) * n) >> 31);
}

static uint64_t wide(void)
{
    uint64_t v = (uint64_t)below(1u << 31) << 33 ^ (uint64_t)below(1u << 31) << 11 ^ below(2048);
    return v >> below(64);
}

static const char *text(void)
{
    static const char *const texts[] = {"",
                                        "plain",
                                        "q\"b\\s/",
                                        "\b\f\n\r\t\x01\x1f",
                                        "\xc3\xa4\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80",
                                        "$oid",
                                        "a long text, longer than any word of the machine"};
    return texts[below(8)];
}

static void append_rare(bson_t *b, const char *key)
{
    uint8_t bytes[12];
    bson_oid_t oid;
    // at most 34 digits: libbson writes more, where the standard has 0
    bson_decimal128_t decimal = {.high = (uint64_t)below(0x3000) << 49 | wide() >> 16,
                                 .low = wide()};
    for (uint32_t i = 0; i < 12; i++) {
        bytes[i] = (uint8_t)below(256);
    }
    bson_oid_init_from_data(&oid, bytes);
    switch (below(11)) {
    case 0:
        bson_append_binary(b, key, -1, (bson_subtype_t)(below(7) == 0 ? 0x80 : below(7)), bytes,
                           below(13));
        break;
    case 1:
        bson_append_undefined(b, key, -1);
        break;
    case 2:
        bson_append_regex(b, key, -1, text(), "im");
        break;
    case 3:
        bson_append_dbpointer(b, key, -1, text(), &oid);
        break;
    case 4:
        bson_append_code(b, key, -1, text());
        break;
    case 5:
        bson_append_symbol(b, key, -1, text(), -1);
        break;
    case 6:
        bson_append_timestamp(b, key, -1, (uint32_t)wide(), (uint32_t)wide());
        break;
    case 7:
        bson_append_decimal128(b, key, -1, &decimal);
        break;
    case 8:
        bson_append_minkey(b, key, -1);
        break;
    case 9:
        bson_append_maxkey(b, key, -1);
        break;
    default:
        bson_append_oid(b, key, -1, &oid);
        break;
    }
}

static void append_scalar(bson_t *b, const char *key)
{
    double real;
    uint64_t bits = wide();
    memcpy(&real, &bits, sizeof real);
    switch (below(9)) {
    case 0:
        bson_append_double(b, key, -1, below(2) == 0 ? (double)(int64_t)wide() / 64 : real);
        break;
    case 1:
        bson_append_utf8(b, key, -1, text(), -1);
        break;
    case 2:
        bson_append_utf8(b, key, -1, "nul\0inside", 10);
        break;
    case 3:
        bson_append_bool(b, key, -1, below(2) == 0);
        break;
    case 4:
        bson_append_date_time(b, key, -1, (int64_t)wide() - (1 << 30));
        break;
    case 5:
        bson_append_null(b, key, -1);
        break;
    case 6:
        bson_append_int32(b, key, -1, (int32_t)wide());
        break;
    case 7:
        bson_append_int64(b, key, -1, (int64_t)wide());
        break;
    default:
        append_rare(b, key);
        break;
    }
}

static void append_members(bson_t *b, uint32_t depth, bool is_array)
{
    static const char *const keys[] = {"a", "\xc3\xa4", "q\"", "long key of a member", "a.b"};
    uint32_t n = below(5);
    for (uint32_t i = 0; i < n; i++) {
        char index[12];
        bson_t inner;
        snprintf(index, sizeof index, "%u", i);
        const char *key = is_array ? index : keys[i];
        uint32_t kind = depth < 5 ? below(10) : 9;
        if (kind == 0) {
            bson_append_document_begin(b, key, -1, &inner);
            append_members(&inner, depth + 1, false);
            bson_append_document_end(b, &inner);
        } else if (kind == 1) {
            bson_append_array_begin(b, key, -1, &inner);
            append_members(&inner, depth + 1, true);
            bson_append_array_end(b, &inner);
        } else if (kind == 2) {
            bson_init(&inner);
            append_members(&inner, depth + 1, false);
            bson_append_code_with_scope(b, key, -1, text(), &inner);
            bson_destroy(&inner);
        } else {
            append_scalar(b, key);
        }
    }
}

// Our canonical form of Extended JSON text.
static char *canonical(const char *json, size_t n)
{
    struct mongo_text out = {.host = mongo_plain_host()};
    struct mongo_raw raw;
    uint8_t *p = calloc(n + 64, 1);
    memcpy(p, json, n);
    struct mongo_scan s = {.end = p + n};
    const uint8_t *behind = mongo_scan_value(&s, mongo_scan_space(&s, p), 0, &raw);
    if (behind == NULL || mongo_scan_space(&s, behind) != s.end) {
        fail_msg("%s: %.*s", s.fault == NULL ? "more" : s.fault, (int)n, json);
    }
    const char *fault = mongo_canon_add(&out, &raw);
    mongo_text_add(&out, fault == NULL ? "" : fault, fault == NULL ? 1 : strlen(fault) + 1);
    free(p);
    return (char *)out.p;
}

static void test_mongo_bson__libbson_writes_the_same(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 20000; round++) {
        struct mongo_text out = {.host = mongo_plain_host()};
        const uint8_t *at = NULL;
        bson_t *b = bson_new();
        seed = round + 1;
        append_members(b, 0, false);
        uint8_t *exact = malloc(b->len);
        memcpy(exact, bson_get_data(b), b->len);
        const char *fault = mongo_bson_json(&out, exact, b->len, &at);
        size_t n_theirs = 0;
        char *theirs = bson_as_canonical_extended_json(b, &n_theirs);
        assert_non_null(theirs);
        if (fault != NULL) {
            fail_msg("seed %u: %s: %s", round + 1, fault, theirs);
        }
        char *is = canonical((char *)out.p, out.n);
        char *should = canonical(theirs, n_theirs);
        if (strcmp(is, should) != 0) {
            fail_msg("seed %u: %s\n%s", round + 1, is, should);
        }
        free(is);
        free(should);
        free(exact);
        bson_free(theirs);
        bson_destroy(b);
        mongo_text_release(&out);
    }
}

// Its check looks into nested documents only where its writer does, and not at their end bytes; nor
// does it mind the bytes of regular expressions.
static bool theirs_good(const uint8_t *p, size_t n)
{
    bson_t b;
    if (!bson_init_static(&b, p, n) ||
        !bson_validate(&b,
                       (bson_validate_flags_t)(BSON_VALIDATE_UTF8 | BSON_VALIDATE_UTF8_ALLOW_NULL),
                       NULL)) {
        return false;
    }
    char *json = bson_as_canonical_extended_json(&b, NULL);
    bson_free(json);
    return json != NULL;
}

static void test_mongo_bson__libbson_refuses_the_same(void **state)
{
    (void)state;
    uint32_t n_good = 0;
    uint32_t n_bad = 0;
    uint32_t n_stricter = 0;
    uint32_t n_stricter_flat = 0; // a changed type makes a nested document of them
    for (uint32_t round = 0; round < 60000; round++) {
        struct mongo_text out = {.host = mongo_plain_host()};
        const uint8_t *at = NULL;
        bson_t *b = bson_new();
        seed = round + 1000000;
        bool is_flat = round % 2 == 0;
        append_members(b, is_flat ? 5 : 0, false);
        uint32_t n = b->len;
        uint8_t *exact = malloc(n);
        memcpy(exact, bson_get_data(b), n);
        for (uint32_t i = 0; i <= below(2); i++) {
            uint32_t where = below(n);
            exact[where] = below(2) == 0 ? (uint8_t)below(256) : (uint8_t)(exact[where] + 1);
        }
        const char *fault = mongo_bson_json(&out, exact, n, &at);
        bool is_theirs = theirs_good(exact, n);
        if (fault == NULL && !is_theirs) {
            fail_msg("seed %u: %s at %d", round + 1000000, fault == NULL ? "good" : fault,
                     (int)(at - exact));
        }
        bool is_stricter = fault != NULL && is_theirs;
        n_stricter += is_stricter && !is_flat ? 1 : 0;
        n_stricter_flat += is_stricter && is_flat && strcmp(fault, "not UTF-8") != 0 ? 1 : 0;
        assert_true(fault == NULL || (at >= exact && at <= exact + n));
        if (fault == NULL) {
            free(canonical((char *)out.p, out.n));
        }
        n_good += fault == NULL ? 1 : 0;
        n_bad += fault == NULL ? 0 : 1;
        free(exact);
        bson_destroy(b);
        mongo_text_release(&out);
    }
    assert_true(n_good > 5000 && n_bad > 10000 && n_stricter < n_bad / 10);
    assert_true(n_stricter_flat < 20);
}

static void test_mongo_bson__deep_documents(void **state)
{
    (void)state;
    for (uint32_t depth = 1; depth < 70; depth++) {
        struct mongo_text out = {.host = mongo_plain_host()};
        const uint8_t *at = NULL;
        uint8_t bytes[1024] = {0};
        uint32_t n = 5;
        bytes[512] = 5;
        uint8_t *p = bytes + 512;
        memset(bytes + 517, 0, 500);
        for (uint32_t i = 1; i < depth; i++) { // around the one before: length, 3, "a", ..., 0
            p -= 7;
            n += 8;
            memcpy(p, (uint8_t[]){(uint8_t)n, (uint8_t)(n >> 8), 0, 0, 3, 'a', 0}, 7);
        }
        const char *fault = mongo_bson_json(&out, p, n, &at);
        assert_true(depth <= 64 ? fault == NULL : strcmp(fault, "nested deeper than 64") == 0);
        mongo_text_release(&out);
    }
}

static void test_mongo_bson__members_are_found(void **state)
{
    (void)state;
    struct mongo_bson_element e;
    bson_t *b = BCON_NEW("db", BCON_UTF8("shop"), "EOF", BCON_BOOL(true));
    assert_true(mongo_bson_find(bson_get_data(b), b->len, "db", &e));
    assert_int_equal(e.type, 2);
    assert_string_equal((const char *)e.value + 4, "shop");
    assert_true(mongo_bson_find(bson_get_data(b), b->len, "EOF", &e));
    assert_int_equal(*e.value, 1);
    assert_false(mongo_bson_find(bson_get_data(b), b->len, "CRC", &e));
    assert_false(mongo_bson_find(bson_get_data(b), b->len - 1, "db", &e));
    bson_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_bson__libbson_writes_the_same),
        cmocka_unit_test(test_mongo_bson__libbson_refuses_the_same),
        cmocka_unit_test(test_mongo_bson__deep_documents),
        cmocka_unit_test(test_mongo_bson__members_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
