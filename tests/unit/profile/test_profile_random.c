// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Random small shops with few identifiers, so that everything collides, against the reference:
// every aggregate, every rule of identity, several cut-offs; and however rows are split, batched,
// encoded, spilled and spread over threads, the same bytes. Seeds are fixed; a failure prints its
// own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reference.h"
#include "scene.h"

#define N_SHOPS 150
#define ROWS_MOST 60

static const char *const namespaces[] = {"customer", "email", "phone", "device", "cookie"};

// Contacts in one half of the shops; in the other the phone names persons too.
static const enum namespace_class classes[2][5] = {
    {NAMESPACE_PERSON, NAMESPACE_CONTACT, NAMESPACE_CONTACT, NAMESPACE_DEVICE, NAMESPACE_DEVICE},
    {NAMESPACE_PERSON, NAMESPACE_CONTACT, NAMESPACE_PERSON, NAMESPACE_DEVICE, NAMESPACE_DEVICE},
};

static const char *const texts[] = {"a",  "b",  "c", "d", "e",   "f", "ab",
                                    "aa", "10", "9", "-", "000", ""};
static const double numbers[] = {0.1, 0.2, 0.3, -1.5, 1e15, 0, -0.0};
static const int64_t wholes[] = {1, 2, 3, -4, 0, 1000000};
static const bool flags[] = {false, true};

struct random {
    uint64_t state;
};

static uint32_t below(struct random *r, uint32_t n)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((r->state >> 33) % n);
}

static const char *some_text(struct random *r, uint32_t null_in)
{
    if (below(r, 10) < null_in) {
        return NULL;
    }
    return texts[below(r, 8) > 0 ? below(r, 10) : below(r, 13)];
}

struct shop {
    struct reference reference;
    struct reference_source sources[3];
    struct reference_row rows[3][ROWS_MOST];
    struct reference_feature features[48];
    int64_t cutoffs[3];
    size_t n_cutoffs;
};

static void make_rows(struct random *r, struct shop *shop)
{
    static const int crm_and_web[2][REFERENCE_IDS] = {{0, 1, 2}, {0, 4, -1}};
    static const int app[3][REFERENCE_IDS] = {{3, 0, 1}, {2, 3, 0}, {3, 0, 2}};
    for (int s = 0; s < 3; s++) {
        struct reference_source *source = &shop->sources[s];
        const int *ids = s == 2 ? app[below(r, 3)] : crm_and_web[s];
        memcpy(source->namespaces, ids, sizeof source->namespaces);
        source->rows = shop->rows[s];
        source->n = below(r, ROWS_MOST);
        for (size_t i = 0; i < source->n; i++) {
            struct reference_row *row = &shop->rows[s][i];
            for (int k = 0; k < REFERENCE_IDS; k++) {
                row->id[k] = ids[k] < 0 ? NULL : some_text(r, 4);
            }
            row->at = s == 0 ? REFERENCE_UNTIMED : 100 * (int64_t)below(r, 60);
            row->x = below(r, 4) == 0 ? NULL : &numbers[below(r, 7)];
            row->n = below(r, 4) == 0 ? NULL : &wholes[below(r, 6)];
            row->ok = below(r, 4) == 0 ? NULL : &flags[below(r, 2)];
            row->word = some_text(r, 3);
            row->kind = below(r, 4);
        }
    }
}

static void make_features(struct random *r, struct shop *shop)
{
    static const enum reference_value values[] = {
        [AGGREGATE_SUM] = REFERENCE_X,         [AGGREGATE_MEAN] = REFERENCE_X,
        [AGGREGATE_MIN] = REFERENCE_X,         [AGGREGATE_MAX] = REFERENCE_X,
        [AGGREGATE_STDDEV] = REFERENCE_X,      [AGGREGATE_FIRST] = REFERENCE_WORD,
        [AGGREGATE_LAST] = REFERENCE_WORD,     [AGGREGATE_OWN] = REFERENCE_WORD,
        [AGGREGATE_DISTINCT] = REFERENCE_WORD, [AGGREGATE_TOP] = REFERENCE_WORD,
        [AGGREGATE_SHARE] = REFERENCE_OK,      [AGGREGATE_GAP_MEAN] = REFERENCE_NONE,
    };

    static const char *const names[] = {
        "f0",  "f1",  "f2",  "f3",  "f4",  "f5",  "f6",  "f7",  "f8",  "f9",  "f10", "f11",
        "f12", "f13", "f14", "f15", "f16", "f17", "f18", "f19", "f20", "f21", "f22", "f23",
        "f24", "f25", "f26", "f27", "f28", "f29", "f30", "f31", "f32", "f33", "f34", "f35"};
    for (size_t i = 0; i < 36; i++) {
        struct reference_feature *f = &shop->features[i];
        *f = (struct reference_feature){.name = names[i]};
        f->aggregate = (enum aggregate)(i % (AGGREGATE_GAP_MEAN + 1));
        f->value = values[f->aggregate];
        bool takes_any = f->value == REFERENCE_WORD || f->aggregate == AGGREGATE_MIN ||
                         f->aggregate == AGGREGATE_MAX;
        if (takes_any && below(r, 2) == 0) {
            f->value = (enum reference_value)(1 + below(r, 4));
        } else if (f->value == REFERENCE_X && below(r, 2) == 0) {
            f->value = REFERENCE_N;
        } else if (f->aggregate == AGGREGATE_COUNT && below(r, 2) == 0) {
            f->value = REFERENCE_OK;
        }
        f->sources = 1 + below(r, 7);
        f->least_kind = below(r, 3);
        f->is_label = below(r, 5) == 0;
        f->within = below(r, 2) == 0 ? -1 : 100 * (int64_t)below(r, 40);
        f->gap = 100 * (int64_t)below(r, 5);
        f->after = 100 * (int64_t)below(r, 30);
        f->session = 100 * (int64_t)below(r, 8);
    }
}

static void make_shop(struct random *r, struct shop *shop)
{
    make_rows(r, shop);
    make_features(r, shop);
    shop->n_cutoffs = 1 + below(r, 3);
    for (size_t i = 0; i < shop->n_cutoffs; i++) {
        shop->cutoffs[i] = 100 * (int64_t)(i * 20 + 10 + below(r, 20));
    }
    shop->reference = (struct reference){.sources = shop->sources,
                                         .n_sources = 3,
                                         .classes = classes[below(r, 2)],
                                         .namespaces = namespaces,
                                         .n_namespaces = 5,
                                         .known_namespace = below(r, 3) == 0 ? 0 : -1,
                                         .features = shop->features,
                                         .n_features = 1 + below(r, 36),
                                         .limit = below(r, 2) == 0 ? 0 : 2 + below(r, 5),
                                         .drop_shared = below(r, 2) == 0};
}

static const char *cell(const char *text)
{
    return text == NULL ? "~" : text;
}

static void put_row(struct scene *scene, uint32_t source, const struct reference_row *row)
{
    char x[32] = "~";
    char n[32] = "~";
    char at[32] = "~";
    if (row->x != NULL) {
        snprintf(x, sizeof x, "%.17g", *row->x);
    }
    if (row->n != NULL) {
        snprintf(n, sizeof n, "%ld", (long)*row->n);
    }
    if (row->at != REFERENCE_UNTIMED) {
        snprintf(at, sizeof at, "%ld", (long)row->at);
    }
    scene_rowf(scene, source, "%s|%s|%s|%s|%s|%s|%s|%s|%ld", cell(row->id[0]), cell(row->id[1]),
               cell(row->id[2]), at, x, cell(row->word),
               row->ok == NULL ? "~"
               : *row->ok      ? "1"
                               : "0",
               n, (long)row->kind);
}

static void put_feature(struct scene *scene, const struct reference_feature *f)
{
    static const char *const values[] = {NULL, "x", "word", "ok", "n"};
    char where[32];
    snprintf(where, sizeof where, "kind >= %ld", (long)f->least_kind);
    const char *asked = f->least_kind == 0 ? NULL : where;
    struct profile_feature *to = NULL;
    for (uint32_t s = 0; s < 3; s++) {
        if ((f->sources >> s & 1) == 0) {
            continue;
        }
        if (to == NULL) {
            to = scene_feature(scene, f->name, f->aggregate, s, values[f->value], asked);
        } else {
            scene_from(scene, s, values[f->value], asked);
        }
    }
    to->is_label = f->is_label;
    to->within_us = f->within < 0 ? -1 : f->within * SCENE_SECOND;
    to->after_us = f->after * SCENE_SECOND;
    to->gap_us = f->gap * SCENE_SECOND;
    to->session_us = f->session * SCENE_SECOND;
}

static struct scene *make_scene(const struct shop *shop)
{
    static const char *const columns[] = {"a", "b", "c"};
    const struct reference *r = &shop->reference;
    struct scene *scene = scene_new();
    for (size_t n = 0; n < 5; n++) {
        scene_namespace(scene, namespaces[n], r->classes[n]);
    }
    for (uint32_t s = 0; s < 3; s++) {
        static const char *const names[] = {"crm", "web", "app"};
        scene_source(scene, names[s],
                     "a:str b:str c:str at:time x:f64 word:str ok:bool n:i64 kind:i64",
                     s == 0 ? NULL : "at");
        for (int k = 0; k < REFERENCE_IDS && shop->sources[s].namespaces[k] >= 0; k++) {
            scene_id(scene, s, (uint32_t)shop->sources[s].namespaces[k], columns[k]);
        }
        for (size_t i = 0; i < shop->sources[s].n; i++) {
            put_row(scene, s, &shop->rows[s][i]);
        }
    }
    if (r->known_namespace >= 0) {
        scene_namespace_at(scene, (uint32_t)r->known_namespace)->known_in = 0;
    }
    for (size_t i = 0; i < shop->n_cutoffs; i++) {
        scene_cutoff(scene, shop->cutoffs[i]);
    }
    for (size_t i = 0; i < r->n_features; i++) {
        put_feature(scene, &shop->features[i]);
    }
    scene_spec(scene)->ids_per_profile = (uint32_t)r->limit;
    scene_spec(scene)->shared_device = r->drop_shared ? SHARED_ANONYMOUS : SHARED_MAJORITY;
    return scene;
}

static char *expected_text(struct shop *shop)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    for (size_t i = 0; i < shop->n_cutoffs; i++) {
        shop->reference.cutoff = shop->cutoffs[i];
        reference_print(&shop->reference, out);
    }
    fclose(out);
    return text;
}

// The tables end where the balances begin.
static void check_tables(const char *text, const char *expected, uint64_t seed)
{
    size_t n = strlen(expected);
    if (strncmp(text, expected, n) != 0 || strncmp(text + n, "crm: ", 5) != 0) {
        print_message("seed %lu\nexpected\n%s\nfound\n%s\n", (unsigned long)seed, expected, text);
        fail();
    }
}

static void check_shop(uint64_t seed)
{
    static const struct scene_run runs[] = {
        {0},
        {.split_rows = 7, .batch_rows = 3, .threads = 2, .use_dictionaries = true},
        {.split_rows = 1, .threads = 8, .memory = 1, .last_split_first = true},
        {.split_rows = 5, .batch_rows = 2, .threads = 1, .memory = 9000},
    };
    struct random r = {seed};
    struct shop *shop = calloc(1, sizeof *shop);
    make_shop(&r, shop);
    char *expected = expected_text(shop);
    struct scene *scene = make_scene(shop);
    char *first = NULL;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        pt_status status = PT_OK;
        char *text = scene_text(scene, &runs[i], &status);
        assert_int_equal(status, PT_OK);
        check_tables(text, expected, seed);
        assert_true(runs[i].memory != 1 || shop->sources[0].n == 0 || scene_spilled(scene) > 0);
        if (first == NULL) {
            first = text;
        } else {
            assert_string_equal(text, first);
            free(text);
        }
    }
    free(first);
    free(expected);
    scene_free(scene);
    free(shop);
}

static void test_profile_random__agrees_with_the_reference(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= N_SHOPS; seed++) {
        check_shop(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_random__agrees_with_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
