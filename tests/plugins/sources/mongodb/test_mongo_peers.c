// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The same texts through cJSON 1.7.15 and libbson 1.23, which are independent of ours.
// Where a peer is known to be wrong or lenient it is not asked: cJSON rounds whole numbers beyond
// 2^53, cuts text at NUL, and lets bad UTF-8, leading zeros, control bytes and trailing bytes pass;
// libbson's JSON reader takes broken type wrappers, cuts $code at NUL and makes broken documents of
// $code inside arrays; its decimals overflow on exponents of ten digits, and it lets some texts of
// more than 34 digits pass that it would have to round.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bson/bson.h>
#include <cJSON.h>
#include <cmocka.h>

#include "mongo_canon.h"
#include "mongo_decimal.h"
#include "mongo_plain_host.h"

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(((seed >> 33) * n) >> 31);
}

struct text {
    char p[16384];
    size_t n;
};

static void add(struct text *t, const char *piece)
{
    size_t n = strlen(piece);
    assert_true(t->n + n < sizeof t->p);
    memcpy(t->p + t->n, piece, n + 1);
    t->n += n;
}

static const char *pick(const char *const *from, uint32_t n)
{
    return from[below(n)];
}

static const char *const scalars[] = {"null",
                                      "true",
                                      "false",
                                      "0",
                                      "-1",
                                      "2147483647",
                                      "2147483648",
                                      "-2147483649",
                                      "9007199254740991",
                                      "1.5",
                                      "-0.25",
                                      "1e10",
                                      "2.5e-3",
                                      "123456.789",
                                      "\"\"",
                                      "\"plain\"",
                                      "\"q\\\"b\\\\s\\/\"",
                                      "\"\\b\\f\\n\\r\\t\"",
                                      "\"\\u00e4\\u20ac\\ud83d\\ude00\"",
                                      "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"",
                                      "\"\\u0001\\u001f\""};
static const char *const wrapped[] = {
    "{\"$oid\":\"56e1fc72e0c917e9c4714161\"}",
    "{\"$numberInt\":\"-7\"}",
    "{\"$numberLong\":\"9223372036854775807\"}",
    "{\"$numberDouble\":\"-0.5\"}",
    "{\"$numberDouble\":\"Infinity\"}",
    "{\"$numberDecimal\":\"1.20E+3\"}",
    "{\"$date\":{\"$numberLong\":\"-1\"}}",
    "{\"$date\":\"2012-12-24T12:15:30.501Z\"}",
    "{\"$binary\":{\"base64\":\"AQID\",\"subType\":\"00\"}}",
    "{\"$timestamp\":{\"t\":5,\"i\":6}}",
    "{\"$regularExpression\":{\"pattern\":\"a.b\",\"options\":\"im\"}}",
    "{\"$minKey\":1}",
    "{\"$maxKey\":1}",
    "{\"$undefined\":true}",
    "{\"$symbol\":\"s\"}",
    "{\"$binary\":\"AQID\",\"$type\":\"05\"}"};
static const char *const blanks[] = {"", "", "", " ", "\n", "\t ", "\r\n"};

#define N(array) (uint32_t)(sizeof(array) / sizeof(array)[0])

static void make_value(struct text *t, uint32_t depth, bool has_wrappers);

static void make_members(struct text *t, uint32_t depth, bool has_wrappers, bool is_object)
{
    uint32_t n = below(4);
    for (uint32_t i = 0; i < n; i++) {
        char key[32];
        add(t, pick(blanks, N(blanks)));
        snprintf(key, sizeof key, below(5) == 0 ? "\"k\\u00e4%u\":" : "\"key%u\":", i);
        add(t, is_object ? key : "");
        add(t, pick(blanks, N(blanks)));
        make_value(t, depth + 1, has_wrappers);
        add(t, pick(blanks, N(blanks)));
        add(t, i + 1 < n ? "," : "");
    }
}

static void make_value(struct text *t, uint32_t depth, bool has_wrappers)
{
    uint32_t kind = depth > 5 ? below(6) : below(10);
    if (kind < 4) {
        add(t, pick(scalars, N(scalars)));
    } else if (kind < 6) {
        add(t, has_wrappers ? pick(wrapped, N(wrapped)) : pick(scalars, N(scalars)));
    } else {
        add(t, kind < 8 ? "{" : "[");
        make_members(t, depth, has_wrappers, kind < 8);
        add(t, kind < 8 ? "}" : "]");
    }
}

// Members compared to the tree cJSON builds; *at moves on over our scan.
static void compare_tree(const struct mongo_raw *raw, const cJSON *node)
{
    struct mongo_raw child;
    struct mongo_member member;
    const uint8_t *at = raw->p + 1;
    switch (raw->token) {
    case MONGO_NULL:
        assert_true(cJSON_IsNull(node));
        break;
    case MONGO_TRUE:
        assert_true(cJSON_IsTrue(node));
        break;
    case MONGO_FALSE:
        assert_true(cJSON_IsFalse(node));
        break;
    case MONGO_NUMBER: {
        struct mongo_value v;
        assert_null(mongo_value_read(raw, &v));
        double is = v.kind == MONGO_IS_DOUBLE ? v.real : (double)v.integer;
        assert_true(cJSON_IsNumber(node) && is == cJSON_GetNumberValue(node));
        break;
    }
    case MONGO_TEXT: {
        uint8_t text[256];
        uint64_t n = mongo_text_decode(raw->p, raw->n, text);
        assert_true(cJSON_IsString(node));
        assert_int_equal(n, strlen(node->valuestring));
        assert_memory_equal(text, node->valuestring, n);
        break;
    }
    case MONGO_ARRAY:
        assert_true(cJSON_IsArray(node));
        for (node = node->child; mongo_value_element(raw, &at, &child); node = node->next) {
            assert_non_null(node);
            compare_tree(&child, node);
        }
        assert_null(node);
        break;
    default:
        assert_true(cJSON_IsObject(node));
        for (node = node->child; mongo_value_member(raw, &at, &member); node = node->next) {
            uint8_t key[64];
            assert_non_null(node);
            uint64_t n = mongo_text_decode(member.key.p, member.key.n, key);
            assert_int_equal(n, strlen(node->string));
            assert_memory_equal(key, node->string, n);
            compare_tree(&member.value, node);
        }
        assert_null(node);
        break;
    }
}

// Our verdict over the whole text; the value in *raw.
static bool ours(const uint8_t *p, size_t n, struct mongo_raw *raw)
{
    struct mongo_scan s = {.end = p + n};
    const uint8_t *behind = mongo_scan_value(&s, mongo_scan_space(&s, p), 0, raw);
    return behind != NULL && mongo_scan_space(&s, behind) == s.end;
}

static void test_mongo_peers__cjson_reads_the_same_values(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 4000; round++) {
        struct text t = {.n = 0};
        struct mongo_raw raw;
        seed = round + 1;
        make_value(&t, 0, false);
        assert_true(t.n + 64 < sizeof t.p);
        memset(t.p + t.n, 0, 64);
        cJSON *tree = cJSON_Parse(t.p);
        assert_non_null(tree);
        if (!ours((const uint8_t *)t.p, t.n, &raw)) {
            fail_msg("seed %u: %s", round + 1, t.p);
        }
        compare_tree(&raw, tree);
        cJSON_Delete(tree);
    }
}

// What we take, cJSON takes; one byte changed or dropped in good texts.
static void test_mongo_peers__cjson_refuses_what_it_can(void **state)
{
    (void)state;
    uint32_t n_refused = 0;
    for (uint32_t round = 0; round < 8000; round++) {
        static const char bytes[] = "{}[],:\"\\0123eE+-.tfnu x";
        struct text t = {.n = 0};
        struct mongo_raw raw;
        seed = round + 100000;
        make_value(&t, 0, false);
        size_t at = below((uint32_t)t.n);
        if (below(2) == 0) {
            t.p[at] = bytes[below(sizeof bytes - 1)];
        } else {
            memmove(t.p + at, t.p + at + 1, t.n - at);
            t.n--;
        }
        memset(t.p + t.n, 0, 64);
        bool is_ours = ours((const uint8_t *)t.p, t.n, &raw);
        cJSON *tree = cJSON_ParseWithOpts(t.p, NULL, 1);
        if (is_ours && tree == NULL) {
            fail_msg("seed %u: cJSON refuses %s", round + 100000, t.p);
        }
        n_refused += tree == NULL ? 1 : 0;
        cJSON_Delete(tree);
    }
    assert_true(n_refused > 3000);
}

// libbson's text without the blanks it puts between tokens.
static void squeeze(char *p)
{
    char *to = p;
    bool is_text = false;
    for (; *p != '\0'; p++) {
        if (*p == '"') {
            is_text = !is_text;
        }
        if (is_text && *p == '\\') {
            *to++ = *p++;
        }
        if (is_text || *p != ' ') {
            *to++ = *p;
        }
    }
    *to = '\0';
}

// Doubles are spelled differently: only their values count.
static bool same_json(const cJSON *a, const cJSON *b)
{
    const cJSON *x = cJSON_GetObjectItemCaseSensitive(a, "$numberDouble");
    const cJSON *y = cJSON_GetObjectItemCaseSensitive(b, "$numberDouble");
    if (x != NULL && y != NULL) {
        double p = strtod(x->valuestring, NULL);
        double q = strtod(y->valuestring, NULL);
        return (p == q && signbit(p) == signbit(q)) || (isnan(p) && isnan(q));
    }
    if (a->type != b->type || (a->child == NULL) != (b->child == NULL)) {
        return false;
    }
    if (a->child == NULL) {
        return cJSON_Compare(a, b, 1);
    }
    a = a->child;
    b = b->child;
    while (a != NULL && b != NULL) {
        if ((a->string != NULL && strcmp(a->string, b->string) != 0) || !same_json(a, b)) {
            return false;
        }
        a = a->next;
        b = b->next;
    }
    return a == NULL && b == NULL;
}

static void test_mongo_peers__libbson_writes_the_same_canonical_text(void **state)
{
    (void)state;
    uint32_t n_equal = 0;
    for (uint32_t round = 0; round < 4000; round++) {
        struct text t = {.n = 0};
        struct mongo_text out = {.host = mongo_plain_host()};
        struct mongo_raw raw;
        bson_error_t error;
        seed = round + 7;
        add(&t, "{\"v\":");
        make_value(&t, 0, true);
        add(&t, "}");
        memset(t.p + t.n, 0, 64);
        bson_t *document = bson_new_from_json((const uint8_t *)t.p, (ssize_t)t.n, &error);
        if (document == NULL) {
            fail_msg("seed %u: libbson: %s: %s", round + 7, error.message, t.p);
            return;
        }
        char *theirs = bson_as_canonical_extended_json(document, NULL);
        if (theirs == NULL) {
            fail_msg("seed %u: libbson cannot write %s", round + 7, t.p);
            return;
        }
        squeeze(theirs);
        assert_true(ours((const uint8_t *)t.p, t.n, &raw));
        assert_null(mongo_canon_add(&out, &raw));
        mongo_text_add(&out, "", 1);
        cJSON *a = cJSON_Parse((const char *)out.p);
        cJSON *b = cJSON_Parse(theirs);
        assert_true(a != NULL && b != NULL);
        if (!same_json(a, b)) {
            fail_msg("seed %u: %s\n%s\n%s", round + 7, t.p, (const char *)out.p, theirs);
        }
        n_equal += strcmp((const char *)out.p, theirs) == 0 ? 1 : 0;
        cJSON_Delete(a);
        cJSON_Delete(b);
        bson_free(theirs);
        bson_destroy(document);
        mongo_text_release(&out);
    }
    assert_true(n_equal > 2000);
}

// Decimals made of digits, points and exponents: taken or refused as libbson does, written alike.
// Texts libbson is not asked about.
static bool is_excepted(const char *text)
{
    const char *e = strpbrk(text, "eE");
    return strlen(text) > 34 || (e != NULL && strlen(e) > 10);
}

static void test_mongo_peers__libbson_decimals(void **state)
{
    (void)state;
    uint32_t n_good = 0;
    for (uint32_t round = 0; round < 30000; round++) {
        static const char *const pieces[] = {"0",
                                             "1",
                                             "9",
                                             "00",
                                             "123",
                                             ".",
                                             ".",
                                             "E",
                                             "e",
                                             "+",
                                             "-",
                                             "99",
                                             "000000000000",
                                             "12345678901234567890",
                                             "E-6",
                                             "E+61",
                                             "inf",
                                             "NaN",
                                             "5"};
        struct mongo_decimal d;
        bson_decimal128_t theirs;
        char text[256] = "";
        char is[MONGO_DECIMAL_TEXT + 1] = "";
        char should[BSON_DECIMAL128_STRING];
        seed = round + 3;
        for (uint32_t i = below(7) + 1; i > 0; i--) {
            strcat(text, pick(pieces, N(pieces)));
        }
        if (is_excepted(text)) {
            continue;
        }
        bool is_good = mongo_decimal_read((const uint8_t *)text, strlen(text), &d);
        if (is_good != bson_decimal128_from_string(text, &theirs)) {
            fail_msg("`%s`: %d here", text, is_good);
        }
        if (!is_good) {
            continue;
        }
        is[mongo_decimal_text(&d, is)] = '\0';
        bson_decimal128_to_string(&theirs, should);
        if (strcmp(is, should) != 0) {
            fail_msg("`%s`: `%s`, not `%s`", text, is, should);
        }
        n_good++;
    }
    assert_true(n_good > 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_peers__cjson_reads_the_same_values),
        cmocka_unit_test(test_mongo_peers__cjson_refuses_what_it_can),
        cmocka_unit_test(test_mongo_peers__libbson_writes_the_same_canonical_text),
        cmocka_unit_test(test_mongo_peers__libbson_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
