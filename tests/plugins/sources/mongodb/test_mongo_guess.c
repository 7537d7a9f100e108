// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Guessed documents against the scanner, at every processor level this machine has: whatever a
// guess takes, the scanner takes too, with the same spans; documents are whole, mutated, at every
// place of a block, and end where their memory ends. Quick values against the careful way.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mongo_guess.h"
#include "mongo_plain_host.h"
#include "mongo_quick.h"
#include "pt_number.h"

#define PAD 64u
#define TEXT_MAX 4096u

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(((seed >> 33) * n) >> 31);
}

static uint32_t levels(uint32_t out[3])
{
    uint32_t n = 0;
    out[n++] = PT_CPU_BASELINE;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
        out[n++] = PT_CPU_AVX2;
    }
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
        out[n++] = PT_CPU_AVX512;
    }
#endif
    return n;
}

static void add_scalar(char *out)
{
    static const char *const scalars[] = {"0",
                                          "-0",
                                          "7",
                                          "-1.5",
                                          "140.80",
                                          "0.5",
                                          "123456789012345",
                                          "1e10",
                                          "1.5E-3",
                                          "true",
                                          "false",
                                          "null",
                                          "1234567890123456789012345678901234",
                                          "0.12345",
                                          "10000.0",
                                          "99.99",
                                          "1.0e5",
                                          "-5e+10",
                                          "12345.678901234567890123456789",
                                          "\"\"",
                                          "\"x\"",
                                          "\"\\u00e4\"",
                                          "\"\xc3\xa4\xe2\x82\xac\"",
                                          "\"a\\\"b\\\\\""};
    strcat(out, scalars[below(sizeof scalars / sizeof scalars[0])]);
}

// A text of 0 to 140 bytes; few have a special byte at any place.
static void add_text(char *out)
{
    static const char *const specials[] = {"\\\"",   "\\\\", "\\n", "\xc3\xa4", "\xf0\x9f\x98\x80",
                                           "\\u20ac"};
    uint32_t n = below(4) == 0 ? below(140) : below(12);
    uint32_t special = below(8) == 0 ? below(n + 1) : UINT32_MAX;
    char *to = out + strlen(out);
    for (uint32_t i = 0; i < n; i++) {
        if (i == special) {
            to = stpcpy(to, specials[below(6)]);
        }
        *to++ = (char)('a' + below(26));
    }
    *to = '\0';
}

static void add_value(char *out, uint32_t kind)
{
    static const char *const befores[] = {"{\"$oid\":\"",
                                          "{\"$date\":\"",
                                          "{\"$numberInt\":\"",
                                          "{\"$numberLong\":\"",
                                          "{\"$numberDouble\":\"",
                                          "{ \"$date\" : \"",
                                          "{\"$date\":{\"$numberLong\":\""};
    if (kind < 2) {
        add_scalar(out);
    } else if (kind < 5) {
        strcat(out, "\"");
        add_text(out);
        strcat(out, "\"");
    } else if (kind < 12) {
        strcat(out, befores[kind - 5]);
        add_text(out);
        strcat(out, kind == 11 ? "\"}}" : "\"}");
    } else {
        static const char *const others[] = {"[]", "{}", "[1,[2,{}],\"x\"]",
                                             "{\"y\":{\"z\":[null]}}"};
        strcat(out, others[kind - 12]);
    }
}

// One of 12 ways of writing a document.
static void make_document(char *out, uint32_t shape)
{
    static const char *const keys[] = {
        "a",
        "b",
        "c",
        "t",
        "a key of more than sixty-four bytes is cut in two nodes of the tree, here",
        "l",
        "\\u0061x"};
    const char *blank = shape % 4 == 3 ? " " : "";
    strcpy(out, "{");
    for (uint32_t i = 0; i < 7; i++) {
        uint32_t kind = (shape * 7 + i * 5) % 16;
        if ((shape + i) % 5 == 0) {
            continue;
        }
        sprintf(out + strlen(out), "%s%s\"%s\":%s", out[strlen(out) - 1] == '{' ? "" : ",", blank,
                keys[i], blank);
        if ((shape + i) % 6 == 0) {
            strcat(out, "{\"c\":[");
            add_value(out, kind);
            strcat(out, ",");
            add_value(out, (kind + 3) % 16);
            strcat(out, "]}");
        } else {
            add_value(out, kind);
        }
    }
    strcat(out, "}");
}

static void mutate(char *p)
{
    static const char bytes[] = "{}[],:\"\\0123eE+-.tfnu x\n\r\x01\x7f\x80\xc3\xff";
    size_t n = strlen(p);
    for (uint32_t i = 0; i <= below(2); i++) {
        size_t at = below((uint32_t)n);
        if (below(3) > 0) {
            p[at] = bytes[below(sizeof bytes - 1)];
        } else if (n > 2) {
            memmove(p + at, p + at + 1, n - at);
            n--;
        }
    }
}

struct bench {
    struct mongo_paths paths;
    uint32_t slots[8];
    struct mongo_doc doc;
    struct mongo_guess guess;
    pt_host host;
};

static void bench_begin(struct bench *b, uint32_t level)
{
    static const char *const paths[] = {"a", "b", "c", "t", "b.c", "c.c.1", "l", "ax"};
    b->host = *mongo_plain_host();
    b->host.cpu = level;
    assert_int_equal(mongo_paths_build(&b->paths, &b->host, paths, 8, b->slots), PT_OK);
    assert_int_equal(mongo_doc_init(&b->doc, &b->host, &b->paths), PT_OK);
    assert_int_equal(mongo_guess_init(&b->guess, &b->host, b->paths.n_slots), PT_OK);
}

static void bench_end(struct bench *b)
{
    mongo_guess_release(&b->guess);
    mongo_doc_release(&b->doc);
    mongo_paths_release(&b->paths);
}

// True when the document was guessed, which must be right.
static bool compare(struct bench *b, const char *text, size_t n, uint32_t shift)
{
    uint8_t *memory = calloc(n + PAD + shift, 1);
    assert_non_null(memory);
    uint8_t *p = memory + shift;
    memcpy(p, text, n);
    const uint8_t *end = p + n;
    bool is_guessed = mongo_guess_read(&b->guess, p, end) == end;
    const char *fault = mongo_doc_read(&b->doc, p, end);
    if (is_guessed && fault != NULL) {
        fail_msg("%s: %.*s", fault, (int)n, text);
    }
    const struct mongo_guess_place *places = mongo_guess_places(&b->guess);
    for (uint32_t i = 0; is_guessed && i < b->paths.n_slots; i++) {
        struct mongo_raw is = mongo_guess_raw(&b->guess, &places[i]);
        const struct mongo_raw *should = &b->doc.slots[i];
        bool is_text = should->token == MONGO_TEXT;
        if (is.token != should->token || is.n != should->n ||
            (should->token != MONGO_ABSENT && is.p != should->p) ||
            (is_text && is.is_escaped != should->is_escaped)) {
            fail_msg("slot %u of %.*s", i, (int)n, text);
        }
    }
    if (!is_guessed && fault == NULL) {
        assert_int_equal(mongo_guess_learn(&b->guess, &b->doc, p, end), PT_OK);
    }
    free(memory);
    return is_guessed;
}

static void test_mongo_guess__whole_documents(void **state)
{
    (void)state;
    uint32_t level[3];
    for (uint32_t k = levels(level); k > 0; k--) {
        struct bench b;
        uint32_t n_guessed = 0;
        bench_begin(&b, level[k - 1]);
        seed = 1;
        for (uint32_t i = 0; i < 20000; i++) {
            char text[TEXT_MAX];
            make_document(text, below(12));
            n_guessed += compare(&b, text, strlen(text), i % 64) ? 1 : 0;
        }
        assert_true(n_guessed > 18000);
        bench_end(&b);
    }
}

static void test_mongo_guess__mutated_documents(void **state)
{
    (void)state;
    uint32_t level[3];
    for (uint32_t k = levels(level); k > 0; k--) {
        struct bench b;
        uint32_t n_guessed = 0;
        bench_begin(&b, level[k - 1]);
        seed = 2;
        for (uint32_t i = 0; i < 40000; i++) {
            char text[TEXT_MAX];
            make_document(text, below(12));
            if (below(2) == 0) {
                mutate(text);
            }
            n_guessed += compare(&b, text, strlen(text), below(64)) ? 1 : 0;
        }
        assert_true(n_guessed > 15000);
        bench_end(&b);
    }
}

// Cut anywhere, a document is never taken.
static void test_mongo_guess__cut_documents(void **state)
{
    (void)state;
    uint32_t level[3];
    for (uint32_t k = levels(level); k > 0; k--) {
        struct bench b;
        bench_begin(&b, level[k - 1]);
        seed = 3;
        for (uint32_t i = 0; i < 24; i++) {
            char text[TEXT_MAX];
            make_document(text, i % 12);
            size_t n = strlen(text);
            compare(&b, text, n, 0);
            assert_true(compare(&b, text, n, 0));
            for (size_t cut = 0; cut < n; cut++) {
                assert_false(compare(&b, text, cut, (uint32_t)cut % 64));
            }
        }
        bench_end(&b);
    }
}

// Keys that never repeat fill the tree; it begins anew and then guesses what repeats.
static void test_mongo_guess__a_full_tree_begins_anew(void **state)
{
    (void)state;
    struct bench b;
    char text[TEXT_MAX];
    uint32_t n_guessed = 0;
    bench_begin(&b, PT_CPU_BASELINE);
    for (uint32_t i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "{\"a\":{\"k%u\":1}}", i);
        assert_false(compare(&b, text, strlen(text), 0));
    }
    for (uint32_t i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "{\"b\":%u,\"t\":\"x\"}", i);
        n_guessed += compare(&b, text, strlen(text), 0) ? 1 : 0;
    }
    assert_true(n_guessed > 10000);
    bench_end(&b);
}

static void test_mongo_guess__too_many_values(void **state)
{
    (void)state;
    struct bench b;
    bench_begin(&b, PT_CPU_BASELINE);
    for (uint32_t n = 250; n < 260; n++) {
        char text[TEXT_MAX] = "{\"l\":[0";
        for (uint32_t i = 1; i < n; i++) {
            strcat(text, ",1");
        }
        strcat(text, "]}");
        assert_false(compare(&b, text, strlen(text), 0));
        assert_int_equal(compare(&b, text, strlen(text), 0), n < MONGO_GUESS_STEPS);
    }
    bench_end(&b);
}

static void test_mongo_quick__numbers(void **state)
{
    (void)state;
    static const char bytes[] = "0123456789.";
    uint32_t n_good = 0;
    seed = 4;
    for (uint32_t i = 0; i < 200000; i++) {
        uint8_t text[PAD] = {0};
        uint32_t n = below(18);
        for (uint32_t k = 0; k < n; k++) {
            text[k] = below(200) == 0 ? (uint8_t)below(256) : (uint8_t)bytes[below(11)];
        }
        double is = 0;
        double should = 0;
        int64_t whole = 0;
        int64_t should_whole = 0;
        if (mongo_quick_f64(text, n, &is)) {
            assert_true(pt_number_f64(text, n, &should) || text[n - 1] == '.' || text[0] == '.');
            assert_true(is == strtod((char *)text, NULL));
            n_good++;
        }
        if (mongo_quick_i64(text, n, &whole)) {
            assert_true(pt_number_i64(text, n, &should_whole) && whole == should_whole);
        }
    }
    assert_true(n_good > 50000);
}

static void test_mongo_quick__dates(void **state)
{
    (void)state;
    struct mongo_quick_day day = {0};
    uint32_t n_good = 0;
    seed = 5;
    for (uint32_t i = 0; i < 200000; i++) {
        char text[PAD] = {0};
        int64_t is = 0;
        int64_t should = 0;
        snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", below(10000), below(14),
                 below(33), below(26), below(62), below(62), below(1000));
        if (below(3) == 0) {
            text[below(24)] = (char)below(256);
        }
        bool is_good = pt_time_iso((uint8_t *)text, 24, 0, &should);
        if (mongo_quick_date(&day, (uint8_t *)text, 24, &is)) {
            assert_true(is_good && is == should);
            n_good++;
        } else if (is_good) {
            bool is_leap = text[17] == '6';
            bool is_usual =
                text[10] == 'T' && text[19] == '.' && text[22] != ' ' && text[23] == 'Z';
            assert_true(is_leap || !is_usual);
        }
    }
    assert_true(n_good > 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_guess__whole_documents),
        cmocka_unit_test(test_mongo_guess__mutated_documents),
        cmocka_unit_test(test_mongo_guess__cut_documents),
        cmocka_unit_test(test_mongo_guess__a_full_tree_begins_anew),
        cmocka_unit_test(test_mongo_guess__too_many_values),
        cmocka_unit_test(test_mongo_quick__numbers),
        cmocka_unit_test(test_mongo_quick__dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
