// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "people.h"
#include "scratch.h"

#define NONE INT64_MIN

static void assert_rows(const struct audience *a, const size_t *rows, size_t n)
{
    assert_int_equal(a->n_rows, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(a->rows[i], rows[i]);
    }
}

static void assert_balanced(const struct audience *a)
{
    const struct audience_counts *c = &a->counts;
    assert_int_equal(c->population, c->no_match + c->no_consent + c->suppressed + c->eligible);
    assert_int_equal(c->eligible, c->over_limit + c->held_out + c->selected);
    assert_int_equal(c->selected, a->n_rows);
    assert_int_equal(c->held_out, a->n_controls);
}

static void test_audience__everybody_without_gates(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 3, "p%zu");
    people_ready(&p);
    struct audience_spec spec = {.name = "all", .pipeline = "t"};
    struct audience a = {0};
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){0, 1, 2}, 3);
    assert_balanced(&a);
    audience_release(&a);
    people_release(&p);
}

static void test_audience__nobody_is_fine(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 0, "p%zu");
    people_ready(&p);
    struct audience_spec spec = {.name = "all", .pipeline = "t", .hold_out = 0.5};
    struct audience a = {0};
    spec.where = people_expr(&p, "profile = 'x'");
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_int_equal(a.n_rows, 0);
    assert_balanced(&a);
    audience_release(&a);
    people_release(&p);
}

static void test_audience__null_condition_selects_nobody(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 4, "p%zu");
    people_add_i64(&p, "orders", (int64_t[]){1, NONE, 5, 9});
    people_ready(&p);
    struct audience_spec spec = {.name = "a", .pipeline = "t"};
    spec.where = people_expr(&p, "orders > 2");
    struct audience a = {0};
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){2, 3}, 2);
    assert_int_equal(a.counts.no_match, 2);
    audience_release(&a);
    spec.where = people_expr(&p, "NOT (orders > 2)");
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){0}, 1);
    assert_balanced(&a);
    audience_release(&a);
    people_release(&p);
}

static void test_audience__consent_unknown_or_odd_is_denied(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 5, "p%zu");
    size_t mail = people_add_i64(&p, "mail", (int64_t[]){1, 0, NONE, 2, 1});
    size_t terms = people_add_f64(&p, "terms", (double[]){1, 1, 1, 1, 0.5});
    people_ready(&p);
    struct audience_spec spec = {.name = "a", .pipeline = "t"};
    spec.consent = (size_t[]){mail, terms};
    spec.n_consent = 2;
    struct audience a = {0};
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){0}, 1);
    assert_int_equal(a.counts.no_consent, 4);
    assert_balanced(&a);
    audience_release(&a);
    people_release(&p);
}

static struct suppression *read_list(struct scratch *s, const char *text)
{
    struct suppression *list = NULL;
    struct input *in = NULL;
    const struct suppression_spec spec = {.namespaces = (const char *const[]){"email", "customer"},
                                          .n_namespaces = 2};
    scratch_write(s, "list.csv", text, strlen(text));
    assert_int_equal(input_open(s->folder, "list.csv", NULL, &in, NULL), PT_OK);
    assert_int_equal(suppression_read(in, &spec, &list, NULL), PT_OK);
    input_close(in);
    return list;
}

static void test_audience__suppressed_by_any_identifier(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct suppression *list = read_list(&s, "email,customer\na@x,\n,7\nsecond@x,\n");
    struct people p;
    people_init(&p, 4, "p%zu");
    size_t mail = people_add_text(&p, "email", (const char *const[]){"a@x", "b@x", NULL, "d@x"});
    size_t number = people_add_i64(&p, "customer", (int64_t[]){1, 7, NONE, 4});
    people_ready(&p);
    const struct audience_suppress columns[] = {{list, 0, mail, NULL, NULL},
                                                {list, 1, number, NULL, NULL}};
    struct audience_spec spec = {.name = "a", .pipeline = "t"};
    spec.suppress = columns;
    spec.n_suppress = 2;
    struct audience a = {0};
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){2, 3}, 2);
    assert_int_equal(a.counts.suppressed, 2);
    audience_release(&a);
    const struct text every[] = {text_of("b@x"), text_of("d@x"), text_of("second@x")};
    const struct audience_suppress many = {list, 0, 0, (size_t[]){0, 0, 1, 1, 3}, every};
    spec.suppress = &many;
    spec.n_suppress = 1;
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){0, 1, 2}, 3);
    assert_balanced(&a);
    audience_release(&a);
    people_release(&p);
    suppression_free(list);
    scratch_release(&s);
}

static void test_audience__order_nulls_last_ties_by_name(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 6, "p%zu");
    people_add_f64(&p, "score", (double[]){0.2, NAN, 0.9, 0.2, -0.0, 0.0});
    people_ready(&p);
    struct audience_order order = {people_expr(&p, "score"), true};
    struct audience_spec spec = {.name = "a", .pipeline = "t", .order = &order, .n_order = 1};
    struct audience a = {0};
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){2, 0, 3, 4, 5, 1}, 6);
    audience_release(&a);
    order.is_descending = false;
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){4, 5, 0, 3, 2, 1}, 6);
    audience_release(&a);
    people_release(&p);
}

static void test_audience__order_of_texts_and_numbers(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 6, "p%zu");
    people_add_text(&p, "city",
                    (const char *const[]){"Reykjavik-East", "Reykjavik-West", NULL, "", "Oslo",
                                          "Reykjavik-East"});
    people_add_i64(&p, "n", (int64_t[]){-5, 3, 0, INT64_MAX, INT64_MIN + 1, 4});
    people_ready(&p);
    struct audience_order order[] = {{people_expr(&p, "city"), true}, {people_expr(&p, "n"), true}};
    struct audience_spec spec = {.name = "a", .pipeline = "t", .order = order, .n_order = 2};
    struct audience a = {0};
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){1, 5, 0, 4, 3, 2}, 6);
    audience_release(&a);
    order[0].is_descending = false;
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){3, 4, 5, 0, 1, 2}, 6);
    audience_release(&a);
    struct audience_order by_n[] = {{people_expr(&p, "n"), false}};
    spec.order = by_n;
    spec.n_order = 1;
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){4, 0, 2, 1, 5, 3}, 6);
    audience_release(&a);
    people_release(&p);
}

// Computed texts live only during a chunk's evaluation; rows beyond one chunk must sort as well.
static void test_audience__order_over_many_chunks(void **state)
{
    (void)state;
    const size_t n = 200001;
    struct people p;
    people_init(&p, n, "P%07zu");
    double *score = calloc(n, sizeof *score);
    for (size_t i = 0; i < n; i++) {
        score[i] = (double)(i * 7919 % 100);
    }
    people_add_f64(&p, "score", score);
    people_ready(&p);
    struct audience_order order[] = {{people_expr(&p, "score"), true},
                                     {people_expr(&p, "lower(profile)"), true}};
    struct audience_spec spec = {.name = "a", .pipeline = "t", .order = order, .n_order = 2};
    spec.where = people_expr(&p, "score >= 10");
    struct audience a = {0};
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_balanced(&a);
    assert_true(a.n_rows > 100000);
    for (size_t i = 1; i < a.n_rows; i++) {
        double before = score[a.rows[i - 1]];
        double here = score[a.rows[i]];
        assert_true(before > here || (before == here && a.rows[i - 1] > a.rows[i]));
    }
    audience_release(&a);
    free(score);
    people_release(&p);
}

static size_t limited(struct people *p, enum audience_limit limit, double value)
{
    struct audience_spec spec = {
        .name = "a", .pipeline = "t", .limit = limit, .limit_value = value};
    struct audience a = {0};
    assert_int_equal(audience_select(&spec, &p->view, &a, NULL), PT_OK);
    assert_balanced(&a);
    size_t n = a.n_rows;
    audience_release(&a);
    return n;
}

static void test_audience__percent_limit_is_floored(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 999, "p%04zu");
    people_ready(&p);
    assert_int_equal(limited(&p, AUDIENCE_LIMIT_PERCENT, 10), 99);
    assert_int_equal(limited(&p, AUDIENCE_LIMIT_PERCENT, 0.1), 0);
    assert_int_equal(limited(&p, AUDIENCE_LIMIT_PERCENT, 0), 0);
    assert_int_equal(limited(&p, AUDIENCE_LIMIT_PERCENT, 100), 999);
    assert_int_equal(limited(&p, AUDIENCE_LIMIT_COUNT, 7), 7);
    assert_int_equal(limited(&p, AUDIENCE_LIMIT_COUNT, 1e12), 999);
    people_release(&p);
}

// Percentages of whole people lose nobody to binary fractions: all of 0.1 % .. 100 % of 1,000.
static void test_audience__percent_of_whole_people_is_exact(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 1000, "p%04zu");
    people_ready(&p);
    for (int tenths = 0; tenths <= 1000; tenths++) {
        char text[16];
        snprintf(text, sizeof text, "%d.%d", tenths / 10, tenths % 10);
        assert_int_equal(limited(&p, AUDIENCE_LIMIT_PERCENT, strtod(text, NULL)), tenths);
    }
    people_release(&p);
}

static void test_audience__limit_cuts_ties_by_name(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 4, "p%zu");
    people_add_i64(&p, "n", (int64_t[]){1, 2, 2, 2});
    people_ready(&p);
    struct audience_order order = {people_expr(&p, "n"), true};
    struct audience_spec spec = {.name = "a", .pipeline = "t", .order = &order, .n_order = 1};
    spec.limit = AUDIENCE_LIMIT_COUNT;
    spec.limit_value = 2;
    struct audience a = {0};
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_rows(&a, (size_t[]){1, 2}, 2);
    assert_int_equal(a.counts.over_limit, 2);
    audience_release(&a);
    people_release(&p);
}

// Reference values of an independent HMAC: Python's hmac and hashlib,
// int.from_bytes(hmac.new(b"shop/spring", name, "sha256").digest()[:8], "big") / 2**64.
static void test_audience__hold_out_draws_as_documented(void **state)
{
    (void)state;

    static const struct {
        const char *profile;
        double u;
    } known[] = {
        {"C000001", 0.21856880},
        {"C000002", 0.99111496},
        {"C000003", 0.16067409},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        bool below = false;
        bool above = true;
        struct text name = text_of(known[i].profile);
        assert_int_equal(audience_is_control("shop/spring", name, known[i].u + 1e-7, &below, NULL),
                         PT_OK);
        assert_int_equal(audience_is_control("shop/spring", name, known[i].u - 1e-7, &above, NULL),
                         PT_OK);
        assert_true(below);
        assert_false(above);
    }
}

// 20,000 people at 10 %: 2,000 +- 5 standard deviations (212); odds of a false alarm below 1e-6,
// and the draw is fixed anyway. Another salt draws others; nobody changes sides when others leave.
static void test_audience__hold_out_is_fair_and_stable(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 20000, "C%06zu");
    people_ready(&p);
    struct audience_spec spec = {.name = "spring", .pipeline = "shop", .hold_out = 0.1};
    struct audience a = {0};
    struct audience b = {0};
    struct audience c = {0};
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_balanced(&a);
    assert_in_range(a.n_controls, 2000 - 212, 2000 + 212);
    spec.salt = "shop/spring";
    spec.where = people_expr(&p, "profile < 'C010000'");
    assert_int_equal(audience_select(&spec, &p.view, &b, NULL), PT_OK);
    for (size_t i = 0; i < b.n_controls; i++) {
        assert_int_equal(a.controls[i], b.controls[i]);
    }
    assert_true(a.controls[b.n_controls] >= 10000);
    spec.salt = "other";
    assert_int_equal(audience_select(&spec, &p.view, &c, NULL), PT_OK);
    size_t both = 0;
    for (size_t i = 0; i < c.n_controls; i++) {
        for (size_t j = 0; j < b.n_controls; j++) {
            both += c.controls[i] == b.controls[j];
        }
    }
    assert_in_range(both, 50, 150); // 100 expected when salts are independent
    audience_release(&a);
    audience_release(&b);
    audience_release(&c);
    people_release(&p);
}

static void test_audience__hold_out_of_all_and_none(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 100, "C%06zu");
    people_ready(&p);
    struct audience_spec spec = {.name = "a", .pipeline = "t", .hold_out = 1};
    struct audience a = {0};
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_int_equal(a.n_controls, 100);
    assert_int_equal(a.n_rows, 0);
    audience_release(&a);
    spec.hold_out = 0;
    assert_int_equal(audience_select(&spec, &p.view, &a, NULL), PT_OK);
    assert_int_equal(a.n_controls, 0);
    audience_release(&a);
    people_release(&p);
}

static void test_audience__refuses_what_cannot_serve(void **state)
{
    (void)state;
    struct people p;
    people_init(&p, 2, "p%zu");
    size_t city = people_add_text(&p, "city", (const char *const[]){"a", "b"});
    size_t score = people_add_f64(&p, "score", (double[]){1, 2});
    people_ready(&p);
    struct audience a = {0};
    struct audience_suppress by_score = {.column = score};
    const struct audience_spec faulty[] = {
        {.name = "a", .profile = score},
        {.name = "a", .profile = 99},
        {.name = "a", .where = people_expr(&p, "score + 1")},
        {.name = "a", .consent = &city, .n_consent = 1},
        {.name = "a", .consent = (size_t[]){99}, .n_consent = 1},
        {.name = "a", .suppress = &by_score, .n_suppress = 1},
        {.name = "a", .hold_out = 1.5},
        {.name = "a", .hold_out = NAN},
        {.name = "a", .limit = AUDIENCE_LIMIT_PERCENT, .limit_value = 101},
        {.name = "a", .limit = AUDIENCE_LIMIT_COUNT, .limit_value = -1},
        {.name = "a", .limit = AUDIENCE_LIMIT_COUNT, .limit_value = NAN},
    };
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        struct pt_error err = ERROR_INIT;
        assert_int_equal(audience_select(&faulty[i], &p.view, &a, &err), PT_E_INVALID);
        assert_true(strlen(err.message) > 0);
        assert_null(a.rows);
    }
    people_release(&p);
}

struct prepared {
    struct people p;
    struct audience_spec spec;
};

static pt_status select_prepared(void *arg, struct pt_error *err)
{
    struct prepared *x = arg;
    struct audience a = {0};
    pt_status status = audience_select(&x->spec, &x->p.view, &a, err);
    if (status == PT_OK) {
        assert_balanced(&a);
    } else {
        assert_null(a.rows);
    }
    audience_release(&a);
    return status;
}

static void test_audience__every_failing_allocation(void **state)
{
    (void)state;
    struct prepared x = {0};
    people_init(&x.p, 50, "p%zu");
    const char *cities[50];
    double scores[50];
    for (size_t i = 0; i < 50; i++) {
        cities[i] = i % 3 == 0 ? "Oslo" : "Bergen";
        scores[i] = (double)(i % 7);
    }
    people_add_text(&x.p, "city", cities);
    people_add_f64(&x.p, "score", scores);
    people_ready(&x.p);
    struct audience_order order[] = {{people_expr(&x.p, "lower(city)"), true},
                                     {people_expr(&x.p, "score"), false}};
    x.spec = (struct audience_spec){.name = "a", .pipeline = "t", .hold_out = 0.3};
    x.spec.where = people_expr(&x.p, "score > 1");
    x.spec.order = order;
    x.spec.n_order = 2;
    assert_true(fault_sweep_memory(select_prepared, NULL, &x) > 10);
    people_release(&x.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audience__everybody_without_gates),
        cmocka_unit_test(test_audience__nobody_is_fine),
        cmocka_unit_test(test_audience__null_condition_selects_nobody),
        cmocka_unit_test(test_audience__consent_unknown_or_odd_is_denied),
        cmocka_unit_test(test_audience__suppressed_by_any_identifier),
        cmocka_unit_test(test_audience__order_nulls_last_ties_by_name),
        cmocka_unit_test(test_audience__order_of_texts_and_numbers),
        cmocka_unit_test(test_audience__order_over_many_chunks),
        cmocka_unit_test(test_audience__percent_limit_is_floored),
        cmocka_unit_test(test_audience__percent_of_whole_people_is_exact),
        cmocka_unit_test(test_audience__limit_cuts_ties_by_name),
        cmocka_unit_test(test_audience__hold_out_draws_as_documented),
        cmocka_unit_test(test_audience__hold_out_is_fair_and_stable),
        cmocka_unit_test(test_audience__hold_out_of_all_and_none),
        cmocka_unit_test(test_audience__refuses_what_cannot_serve),
        cmocka_unit_test(test_audience__every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
