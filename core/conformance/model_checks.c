// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Models: threads, files, the matrix, reasons, formats, refusals.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "json.h"
#include "mem.h"
#include "model_work.h"

#define CUTS_MOST 600u
#define FLIPS_MOST 1500u
#define CANCEL_MOST_MS 2000

// A fitted model and its matrix.
struct fitted {
    struct model_work m;
    struct synthetic d;
    struct page payload;
    struct str scores;
};

static bool fit(struct subject *s, struct fitted *f, uint32_t n_rows)
{
    struct pt_error err = ERROR_INIT;
    *f = (struct fitted){0};
    subject_at(s, "create, fit, save and predict");
    return subject_good(s, model_create(&f->m, s, &err), "create, describe and outputs", &err) &&
           synthetic_build(&f->d, &f->m, n_rows, false) &&
           subject_good(s, model_fit(&f->m, &f->d, 1, &err), "fit", &err) &&
           subject_good(s, model_save(&f->m, &f->payload, &err), "save", &err) &&
           subject_good(s, model_predict(&f->m, &f->d, &f->scores, &err), "predict", &err);
}

static void fitted_release(struct fitted *f)
{
    model_destroy(&f->m);
    synthetic_release(&f->d);
    str_release(&f->payload.text);
    str_release(&f->scores);
}

// --- Threads ---

static void check_seed(struct subject *s)
{
    static const uint32_t threads[] = {1, 2, 8};
    struct page first = {0};
    struct str first_scores = {0};
    for (size_t i = 0; i < 3 && s->n_faults == 0; i++) {
        struct page payload = {0};
        struct str scores = {0};
        struct pt_error err = ERROR_INIT;
        subject_at(s, "fit in %u threads", threads[i]);
        subject_good(s,
                     model_learn(s, threads[i], LARGE_ROWS, i == 0 ? &first : &payload,
                                 i == 0 ? &first_scores : &scores, &err),
                     "learning", &err);
        if (i > 0 && s->n_faults == 0 &&
            !text_equal(str_view(&payload.text), str_view(&first.text))) {
            subject_fault(s, "with the same seed, %u threads save other bytes than 1", threads[i]);
        } else if (i > 0 && s->n_faults == 0 &&
                   !text_equal(str_view(&scores), str_view(&first_scores))) {
            subject_fault(s, "with the same seed, %u threads score differently", threads[i]);
        }
        str_release(&payload.text);
        str_release(&scores);
    }
    str_release(&first.text);
    str_release(&first_scores);
}

struct scoring {
    struct fitted *f;
    struct str *scores; // a thread
};

static pt_status score_one(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    struct scoring *scoring = arg;
    (void)worker;
    return model_predict(&scoring->f->m, &scoring->f->d, &scoring->scores[item], err);
}

static void check_predict(struct subject *s)
{
    struct fitted f;
    struct pool *pool = NULL;
    struct str scores[8] = {{0}};
    if (fit(s, &f, LARGE_ROWS) && pool_new(4, &pool, NULL) == PT_OK) {
        struct scoring scoring = {&f, scores};
        struct pt_error err = ERROR_INIT;
        subject_at(s, "predict in 4 threads at once");
        subject_good(s, pool_run(pool, 8, score_one, &scoring, &err), "predict", &err);
        for (size_t i = 0; i < 8; i++) {
            if (s->n_faults == 0 && !text_equal(str_view(&scores[i]), str_view(&f.scores))) {
                subject_fault(s, "predict in several threads at once scores differently");
            }
            str_release(&scores[i]);
        }
    }
    pool_free(pool);
    fitted_release(&f);
}

// --- Files ---

static void compare_loaded(struct subject *s, struct fitted *f)
{
    struct model_work m;
    struct pt_error err = ERROR_INIT;
    struct page again = {0};
    struct str scores = {0};
    subject_at(s, "load of what was saved");
    if (subject_good(s, model_create(&m, s, &err), "create", &err) &&
        subject_good(s, model_load(&m, &f->d, str_view(&f->payload.text), &err), "load", &err) &&
        subject_good(s, model_predict(&m, &f->d, &scores, &err), "predict", &err) &&
        subject_good(s, model_save(&m, &again, &err), "save of a loaded model", &err)) {
        if (!text_equal(str_view(&scores), str_view(&f->scores))) {
            subject_fault(s, "a loaded model scores differently from the one that was saved");
        }
        if (!text_equal(str_view(&again.text), str_view(&f->payload.text))) {
            subject_fault(s, "a loaded model saves other bytes than it was loaded from");
        }
    }
    str_release(&again.text);
    str_release(&scores);
    model_destroy(&m);
}

static void check_explain(struct subject *s, struct fitted *f)
{
    struct page page = {0};
    struct pt_error err = ERROR_INIT;
    struct json *root = NULL;
    pt_writer writer = {.ctx = &page, .write = page_write};
    if (subject_good(s, f->m.v->explain(f->m.self, &writer, &err), "explain", &err)) {
        if (json_parse(str_view(&page.text), &root, &err) != PT_OK || !json_is_object(root)) {
            subject_fault(s, "explain writes no JSON object: %s", err.message);
        }
    }
    json_free(root);
    str_release(&page.text);
}

static void check_save(struct subject *s)
{
    struct fitted f;
    if (fit(s, &f, SMALL_ROWS)) {
        compare_loaded(s, &f);
        check_explain(s, &f);
    }
    fitted_release(&f);
}

// Loads bytes that save() did not write. False when they were taken.
static bool is_refused(struct subject *s, struct fitted *f, struct text bytes)
{
    struct model_work m;
    struct pt_error err = ERROR_INIT;
    struct str scores = {0};
    pt_status status = model_create(&m, s, &err);
    if (status == PT_OK) {
        status = model_load(&m, &f->d, bytes, &err);
        subject_status(s, status, "load of damaged bytes");
        if (status == PT_OK) {
            // What it took it must stand by.
            m.subject = s;
            uint32_t before = s->n_faults;
            model_predict(&m, &f->d, &scores, &err);
            s->n_faults = before > s->n_faults ? before : s->n_faults;
        }
    }
    str_release(&scores);
    model_destroy(&m);
    return status != PT_OK;
}

static void check_corrupt(struct subject *s)
{
    struct fitted f;
    char *copy = NULL;
    if (fit(s, &f, SMALL_ROWS)) {
        const size_t n = f.payload.text.n;
        const size_t cut_step = n / CUTS_MOST + 1;
        const size_t flip_step = n / FLIPS_MOST + 1;
        for (size_t at = 0; at < n && s->n_faults == 0 && subject_has_time(s); at += cut_step) {
            // A copy of just that size, so that a read behind its end is seen.
            copy = mem_alloc(at + 1);
            memcpy(copy, f.payload.text.p, at);
            subject_at(s, "load of %zu of %zu bytes", at, n);
            if (!is_refused(s, &f, text_n(copy, at))) {
                subject_fault(s, "it loads a model cut to %zu of %zu bytes", at, n);
            }
            mem_free(copy);
        }
        copy = mem_alloc(n + 1);
        for (size_t at = 0; at < n && s->n_faults == 0 && subject_has_time(s); at += flip_step) {
            memcpy(copy, f.payload.text.p, n);
            copy[at] = (char)(copy[at] ^ (at % 3 == 0 ? 0xff : 1 << at % 8));
            subject_at(s, "load with byte %zu of %zu changed", at, n);
            is_refused(s, &f, text_n(copy, n));
        }
        mem_free(copy);
    }
    fitted_release(&f);
}

// --- The matrix ---

static void check_matrix(struct subject *s)
{
    struct model_work m;
    struct synthetic d = {0};
    struct pt_error err = ERROR_INIT;
    struct str scores = {0};
    if (subject_good(s, model_create(&m, s, &err), "create", &err) &&
        synthetic_build(&d, &m, SMALL_ROWS, true)) {
        uint64_t before = digest_add(DIGEST_INIT, d.memory, d.bytes);
        subject_good(s, model_fit(&m, &d, 1, &err), "fit", &err);
        if (digest_add(DIGEST_INIT, d.memory, d.bytes) != before) {
            subject_fault(s, "fit writes to the matrix it is given");
        } else if (subject_good(s, model_predict(&m, &d, &scores, &err), "predict", &err) &&
                   digest_add(DIGEST_INIT, d.memory, d.bytes) != before) {
            subject_fault(s, "predict writes to the rows it is given");
        }
    }
    str_release(&scores);
    model_destroy(&m);
    synthetic_release(&d);
}

// The data fails at every block, the writer at every write.
static void check_failures(struct subject *s)
{
    struct model_work m;
    struct synthetic d = {0};
    struct pt_error err = ERROR_INIT;
    bool is_hit = true;
    for (uint64_t at = 1; is_hit && at < 200 && s->n_faults == 0 && subject_has_time(s); at++) {
        subject_at(s, "block() fails at its call %llu", (unsigned long long)at);
        if (!subject_good(s, model_create(&m, s, &err), "create", &err) ||
            !synthetic_build(&d, &m, SMALL_ROWS, false)) {
            return;
        }
        d.fail_at = at;
        pt_status status = model_fit(&m, &d, 1, &err);
        is_hit = d.calls >= at;
        subject_status(s, status, "fit");
        if (is_hit && status == PT_OK) {
            subject_fault(s, "block() fails at its call %llu, and fit returns success",
                          (unsigned long long)at);
        }
        model_destroy(&m);
        synthetic_release(&d);
    }
    struct fitted f;
    is_hit = fit(s, &f, SMALL_ROWS);
    for (uint64_t at = 1; is_hit && at < 1000 && s->n_faults == 0; at++) {
        struct page page = {.fail_at = at};
        subject_at(s, "the writer fails at its call %llu", (unsigned long long)at);
        pt_status status = model_save(&f.m, &page, &err);
        is_hit = page.calls >= at;
        subject_status(s, status, "save");
        if (is_hit && status == PT_OK) {
            subject_fault(s, "writing fails at call %llu, and save returns success",
                          (unsigned long long)at);
        }
        str_release(&page.text);
    }
    fitted_release(&f);
}

// --- Reasons and formats ---

static double log_odds(double p)
{
    return log(p / (1 - p));
}

static uint32_t explained_output(const struct model_work *m)
{
    for (uint32_t i = 0; i < m->n_outputs; i++) {
        if (m->needs.contributes == PT_CONTRIBUTES_LOG_ODDS &&
            m->outputs[i]->role == PT_ROLE_PROBABILITY) {
            return i;
        }
    }
    return 0;
}

static void add_up(struct subject *s, const struct fitted *f, const pt_block *b,
                   const double *parts)
{
    const double *scores = (const double *)f->scores.p; // of the first block
    bool is_odds = f->m.needs.contributes == PT_CONTRIBUTES_LOG_ODDS;
    const double *wanted_of = scores + explained_output(&f->m) * b->rows;
    for (uint64_t r = 0; r < b->rows; r++) {
        double sum = 0;
        for (uint32_t c = 0; c <= b->cols; c++) {
            sum += parts[c * b->rows + r];
        }
        double wanted = is_odds ? log_odds(wanted_of[r]) : wanted_of[r];
        // Probabilities of 0 and 1 have no odds in doubles.
        if (isfinite(wanted) && fabs(wanted) < 20 &&
            !(fabs(sum - wanted) <= 1e-4 * (1 + fabs(wanted)))) {
            subject_fault(s, "contribute adds up to %g in row %llu, where it says it explains %g",
                          sum, (unsigned long long)r, wanted);
            return;
        }
    }
}

static void check_contribute(struct subject *s)
{
    struct fitted f;
    struct pt_error err = ERROR_INIT;
    if (fit(s, &f, SMALL_ROWS)) {
        const pt_block *b = &f.d.blocks[0];
        if (f.m.needs.contributes == PT_CONTRIBUTES_NOTHING) {
            subject_skip(s, "it does not explain rows");
        } else if (!PT_HAS(f.m.v, contribute)) {
            subject_fault(s, "it says that it explains rows and has no contribute()");
        } else {
            double *parts = mem_zero((b->cols + 1) * b->rows, sizeof *parts);
            if (subject_good(s, f.m.v->contribute(f.m.self, b, parts, &err), "contribute", &err)) {
                add_up(s, &f, b, parts);
            }
            mem_free(parts);
        }
    }
    fitted_release(&f);
}

// On a loaded model, as the contract has it.
static void try_format(struct subject *s, const struct model_work *m, const char *format,
                       bool is_known)
{
    struct page page = {0};
    struct pt_error err = ERROR_INIT;
    pt_writer writer = {.ctx = &page, .write = page_write};
    subject_at(s, "export_as %s", format);
    pt_status status = m->v->export_as(m->self, format, &writer, &err);
    subject_status(s, status, "export_as");
    if (status == PT_OK && (page.text.n == 0 || !is_known)) {
        subject_fault(s, "export_as `%s` succeeds and writes %zu bytes", format, page.text.n);
    } else if (status != PT_OK && status != PT_E_UNSUPPORTED) {
        subject_fault(s, "export_as `%s` fails: %s", format, err.message);
    }
    str_release(&page.text);
}

static void check_formats(struct subject *s)
{
    struct fitted f;
    if (fit(s, &f, SMALL_ROWS)) {
        struct model_work m = {0};
        struct pt_error err = ERROR_INIT;
        if (!PT_HAS(f.m.v, export_as)) {
            subject_skip(s, "it has no export_as()");
        } else if (subject_good(s, model_create(&m, s, &err), "create", &err) &&
                   subject_good(s, model_load(&m, &f.d, str_view(&f.payload.text), &err), "load",
                                &err)) {
            try_format(s, &m, PT_EXPORT_PMML, true);
            try_format(s, &m, PT_EXPORT_XGBOOST, true);
            try_format(s, &m, "no-such-format", false);
        }
        model_destroy(&m);
    }
    fitted_release(&f);
}

// --- Numbers of segments ---

// The output that is a segment, or -1.
static int64_t segment_output(const struct model_work *m)
{
    for (uint32_t i = 0; i < m->n_outputs; i++) {
        if (m->outputs[i]->role == PT_ROLE_SEGMENT) {
            return i;
        }
    }
    return -1;
}

// Visits the segment of every row: scores are blocks of columns.
struct segment_rows {
    const struct fitted *f;
    int64_t output;
};

static double *segment_of(const struct segment_rows *r, const struct str *scores, uint64_t row)
{
    double *p = (double *)(void *)scores->p;
    for (uint32_t i = 0; i < r->f->d.data.n_blocks; i++) {
        const pt_block *b = &r->f->d.blocks[i];
        if (row < b->rows) {
            return p + (uint64_t)r->output * b->rows + row;
        }
        row -= b->rows;
        p += (uint64_t)r->f->m.n_outputs * b->rows;
    }
    return NULL;
}

// Segment i becomes i + 1, the last one the first; then back again.
static void turn_numbers(struct subject *s, const struct segment_rows *r, uint32_t *new_of,
                         uint32_t n)
{
    const struct fitted *f = r->f;
    struct pt_error err = ERROR_INIT;
    struct str scores = {0};
    struct page back = {0};
    struct model_work m = f->m;
    for (uint32_t i = 0; i < n; i++) {
        new_of[i] = (i + 1) % n;
    }
    subject_at(s, "renumber of %u segments", n);
    if (subject_good(s, m.v->renumber(m.self, new_of, n, &err), "renumber", &err) &&
        subject_good(s, model_predict(&m, &f->d, &scores, &err), "predict", &err)) {
        for (uint64_t row = 0; row < f->d.data.n_rows && s->n_faults == 0; row++) {
            uint32_t wanted = new_of[(uint32_t)*segment_of(r, &f->scores, row)];
            if (*segment_of(r, &scores, row) != wanted) {
                subject_fault(s, "renumbered, row %llu is in segment %g, not in %u",
                              (unsigned long long)row + 1, *segment_of(r, &scores, row), wanted);
            }
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        new_of[(i + 1) % n] = i;
    }
    if (s->n_faults == 0 &&
        subject_good(s, m.v->renumber(m.self, new_of, n, &err), "renumber back", &err) &&
        subject_good(s, model_save(&m, &back, &err), "save", &err) &&
        !text_equal(str_view(&back.text), str_view(&f->payload.text))) {
        subject_fault(s, "renumbered and back, it saves other bytes");
    }
    str_release(&back.text);
    str_release(&scores);
}

static void check_renumber(struct subject *s)
{
    struct fitted f = {0};
    if (((const pt_model_vtable *)s->component->vtable)->renumber == NULL) {
        subject_skip(s, "it has no renumber()");
        return;
    }
    if (fit(s, &f, SMALL_ROWS)) {
        struct segment_rows r = {&f, segment_output(&f.m)};
        uint32_t n = 0;
        for (uint64_t row = 0; r.output >= 0 && row < f.d.data.n_rows; row++) {
            uint32_t segment = (uint32_t)*segment_of(&r, &f.scores, row);
            n = segment >= n ? segment + 1 : n;
        }
        uint32_t *new_of = mem_array(n + 1, sizeof *new_of);
        if (n == 0) {
            subject_fault(s, "it has renumber(), but no output is a segment");
        } else if (new_of != NULL) {
            turn_numbers(s, &r, new_of, n);
        }
        mem_free(new_of);
    }
    fitted_release(&f);
}

// --- Order of calls and cancelling ---

static void check_order(struct subject *s)
{
    struct pt_error err = ERROR_INIT;
    struct model_work m;
    struct synthetic d = {0};
    struct page page = {0};
    struct str scores = {0};
    int64_t before = mem_live_blocks();
    if (!subject_good(s, model_create(&m, s, &err), "create", &err) ||
        !synthetic_build(&d, &m, SMALL_ROWS, false)) {
        return;
    }
    subject_at(s, "save before fit");
    subject_status(s, model_save(&m, &page, &err), "save before fit");
    subject_at(s, "fit twice");
    subject_good(s, model_fit(&m, &d, 1, &err), "fit", &err);
    subject_good(s, model_fit(&m, &d, 1, &err), "a second fit", &err);
    subject_at(s, "load over a fitted model");
    str_reset(&page.text);
    if (subject_good(s, model_save(&m, &page, &err), "save", &err)) {
        subject_status(s, model_load(&m, &d, str_view(&page.text), &err), "load after fit");
        subject_good(s, model_predict(&m, &d, &scores, &err), "predict", &err);
    }
    str_release(&scores);
    str_release(&page.text);
    model_destroy(&m);
    synthetic_release(&d);
    if (mem_live_blocks() > before) {
        subject_fault(s, "fitted twice and loaded over, it leaves %lld blocks",
                      (long long)(mem_live_blocks() - before));
    }
}

static void check_cancel(struct subject *s)
{
    struct model_work m;
    struct synthetic d = {0};
    struct pt_error err = ERROR_INIT;
    if (!subject_good(s, model_create(&m, s, &err), "create", &err) ||
        !synthetic_build(&d, &m, LARGE_ROWS, false)) {
        return;
    }
    s->cancelled = 1;
    int64_t begin = clock_monotonic_us();
    subject_at(s, "fit in a cancelled run");
    pt_status status = model_fit(&m, &d, 1, &err);
    int64_t ms = (clock_monotonic_us() - begin) / US_PER_MS;
    s->cancelled = 0;
    subject_status(s, status, "fit in a cancelled run");
    if (ms > CANCEL_MOST_MS) {
        subject_fault(s, "in a cancelled run fit goes on for %lld ms", (long long)ms);
    }
    if (status != PT_OK && status != PT_E_CANCELLED) {
        subject_fault(s, "cancelled, fit fails otherwise: %s", err.message);
    }
    model_destroy(&m);
    synthetic_release(&d);
}

static void check_outputs(struct subject *s)
{
    struct model_work m;
    struct pt_error err = ERROR_INIT;
    if (subject_good(s, model_create(&m, s, &err), "create, describe and outputs", &err)) {
        for (uint32_t i = 0; i < m.n_outputs; i++) {
            const pt_output *o = m.outputs[i];
            if (o->name == NULL || o->name[0] == '\0' || o->role < PT_ROLE_SEGMENT ||
                o->role > PT_ROLE_CLASS) {
                subject_fault(s, "output %u has no name or an unknown role", i + 1);
                continue;
            }
            for (uint32_t k = 0; k < i; k++) {
                if (m.outputs[k]->name != NULL && strcmp(m.outputs[k]->name, o->name) == 0) {
                    subject_fault(s, "two outputs are named %s", o->name);
                }
            }
        }
        if (m.n_outputs == 0) {
            subject_fault(s, "it has no outputs");
        }
    }
    model_destroy(&m);
}

const struct check model_checks[] = {
    {"outputs", "outputs are told before fit, named apart", check_outputs, false},
    {"seed", "the same seed gives the same bytes in 1, 2 and 8 threads", check_seed, false},
    {"predict", "predict from several threads at once", check_predict, false},
    {"save", "a loaded model is the one that was saved", check_save, false},
    {"corrupt", "cut and changed bytes are refused or harmless", check_corrupt, false},
    {"matrix", "the matrix is not written to", check_matrix, false},
    {"failures", "failing blocks and writers are told", check_failures, false},
    {"contribute", "reasons add up to the score", check_contribute, false},
    {"formats", "other formats are written or said to be unknown", check_formats, false},
    {"renumber", "segments get the numbers they are given", check_renumber, false},
    {"order", "calls twice and before their time", check_order, false},
    {"cancel", "a cancelled fit ends soon", check_cancel, false},
    {NULL, NULL, NULL, false},
};
