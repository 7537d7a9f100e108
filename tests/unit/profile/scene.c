// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "scene.h"

#include <inttypes.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene_columns.h"

#define MOST 64

struct scene_source {
    struct profile_source source;
    struct expr_name names[MOST];
    struct profile_id ids[8];
    struct scene_columns columns;
};

struct scene {
    struct arena arena;
    struct scene_source sources[8];
    struct profile_source flat[8];
    struct profile_namespace namespaces[8];
    struct profile_feature features[MOST];
    struct profile_from from[MOST][8];
    int64_t cutoffs[16];
    struct profile_spec spec;
    uint64_t spilled;
    bool no_ids;
};

static void must(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "scene: %s\n", what);
        abort();
    }
}

struct scene *scene_new(void)
{
    struct scene *s = calloc(1, sizeof *s);
    must(s != NULL, "memory");
    s->spec.sources = s->flat;
    s->spec.namespaces = s->namespaces;
    s->spec.features = s->features;
    s->spec.cutoffs_us = s->cutoffs;
    s->spec.temp_dir = "/tmp";
    return s;
}

void scene_free(struct scene *s)
{
    for (size_t i = 0; i < s->spec.n_sources; i++) {
        scene_columns_release(&s->sources[i].columns);
    }
    arena_release(&s->arena);
    free(s);
}

static enum vec_type type_of(struct text name)
{
    static const enum vec_type types[] = {VEC_BOOL, VEC_I64, VEC_F64, VEC_STR, VEC_DATE, VEC_TIME};

    for (size_t i = 0; i < 6; i++) {
        if (text_is(name, vec_type_name(types[i]))) {
            return types[i];
        }
    }
    must(false, "type of a column");
    return VEC_STR;
}

uint32_t scene_source(struct scene *s, const char *name, const char *columns, const char *time)
{
    uint32_t at = (uint32_t)s->spec.n_sources++;
    struct scene_source *to = &s->sources[at];
    size_t n = 0;
    to->source = (struct profile_source){.name = name, .time = -1, .ids = to->ids};
    for (const char *p = columns; *p != '\0'; n++) {
        size_t n_name = strcspn(p, ":");
        size_t n_type = strcspn(p + n_name + 1, " ");
        to->names[n].name = arena_strndup(&s->arena, p, n_name);
        to->names[n].type = type_of(text_n(p + n_name + 1, n_type));
        if (time != NULL && strcmp(to->names[n].name, time) == 0) {
            to->source.time = (int32_t)n;
        }
        p += n_name + 1 + n_type;
        p += *p == ' ';
    }
    scene_columns_init(&to->columns, to->names, n);
    to->names[n++] = (struct expr_name){"row", VEC_I64};
    to->names[n++] = (struct expr_name){"as_of", VEC_TIME};
    to->source.n_names = n;
    return at;
}

static const struct expr *compile(struct scene *s, const struct expr_name *names, size_t n,
                                  struct text source)
{
    struct expr_scope scope = {.names = names, .n_names = n};
    struct expr *e = NULL;
    struct pt_error err = ERROR_INIT;
    if (expr_compile(&s->arena, source, &scope, &e, &err) != PT_OK) {
        fprintf(stderr, "scene: `%.*s`: %s\n", (int)source.n, source.p, err.message);
        abort();
    }
    return e;
}

static const struct expr *compile_for(struct scene *s, uint32_t source, struct text text)
{
    const struct scene_source *from = &s->sources[source];
    return compile(s, from->names, from->source.n_names, text);
}

void scene_where(struct scene *s, uint32_t source, const char *where)
{
    s->sources[source].source.where = compile_for(s, source, text_of(where));
}

uint32_t scene_namespace(struct scene *s, const char *name, enum namespace_class class_)
{
    uint32_t at = (uint32_t)s->spec.n_namespaces++;
    s->namespaces[at] = (struct profile_namespace){.name = name, .class_ = class_, .known_in = -1};
    return at;
}

struct profile_namespace *scene_namespace_at(struct scene *s, uint32_t namespace_)
{
    return &s->namespaces[namespace_];
}

void scene_normalize(struct scene *s, uint32_t namespace_, const char *expression)
{
    static const struct expr_name names[] = {{"value", VEC_STR}};
    s->namespaces[namespace_].normalize = compile(s, names, 1, text_of(expression));
}

void scene_id(struct scene *s, uint32_t source, uint32_t namespace_, const char *expression)
{
    struct scene_source *to = &s->sources[source];
    bool is_row = strcmp(expression, "row") == 0;
    to->ids[to->source.n_ids++] = (struct profile_id){
        namespace_, is_row ? NULL : compile_for(s, source, text_of(expression)), is_row};
}

void scene_row(struct scene *s, uint32_t source, const char *cells)
{
    scene_columns_add(&s->sources[source].columns, cells);
}

void scene_rowf(struct scene *s, uint32_t source, const char *format, ...)
{
    char cells[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(cells, sizeof cells, format, args);
    va_end(args);
    scene_row(s, source, cells);
}

void scene_clear_rows(struct scene *s)
{
    for (size_t i = 0; i < s->spec.n_sources; i++) {
        scene_columns_clear(&s->sources[i].columns);
    }
}

void scene_shuffle(struct scene *s, uint64_t seed)
{
    for (size_t i = 0; i < s->spec.n_sources; i++) {
        scene_columns_shuffle(&s->sources[i].columns, seed + i);
    }
}

void scene_cutoff(struct scene *s, int64_t seconds)
{
    int64_t us = seconds == INT64_MAX ? seconds : seconds * SCENE_SECOND;
    s->cutoffs[s->spec.n_cutoffs++] = us;
}

static void add_from(struct scene *s, struct profile_from *to, uint32_t source, const char *value,
                     const char *where)
{
    const struct expr **kept = arena_zero(&s->arena, 4, sizeof(struct expr *));
    must(kept != NULL, "memory");
    *to = (struct profile_from){.source = source, .where = kept};
    to->value = value == NULL ? NULL : compile_for(s, source, text_of(value));
    for (const char *p = where; p != NULL;) {
        const char *end = strstr(p, " ; ");
        size_t n = end == NULL ? strlen(p) : (size_t)(end - p);
        kept[to->n_where++] = compile_for(s, source, text_n(p, n));
        p = end == NULL ? NULL : end + 3;
    }
}

struct profile_feature *scene_feature(struct scene *s, const char *name, enum aggregate aggregate,
                                      uint32_t source, const char *value, const char *where)
{
    size_t at = s->spec.n_features++;
    struct profile_feature *f = &s->features[at];
    must(at < MOST, "too many features");
    add_from(s, &s->from[at][0], source, value, where);
    *f = (struct profile_feature){
        .name = name, .aggregate = aggregate, .from = s->from[at], .n_from = 1, .within_us = -1};
    const struct expr *e = s->from[at][0].value;
    struct pt_error err = ERROR_INIT;
    pt_status status = profile_feature_type(aggregate, e != NULL,
                                            e == NULL ? VEC_I64 : expr_type(e), &f->type, &err);
    must(status == PT_OK, err.message);
    return f;
}

void scene_from(struct scene *s, uint32_t source, const char *value, const char *where)
{
    size_t at = s->spec.n_features - 1;
    add_from(s, &s->from[at][s->features[at].n_from++], source, value, where);
}

struct profile_spec *scene_spec(struct scene *s)
{
    return &s->spec;
}

struct feeding {
    struct scene *scene;
    struct profile *profile;
    const struct scene_run *run;
    uint32_t source;
    size_t split_rows;
    size_t n_splits;
};

static pt_status feed_split(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    struct feeding *f = arg;
    const struct scene_columns *columns = &f->scene->sources[f->source].columns;
    size_t split = f->run->last_split_first ? f->n_splits - 1 - item : item;
    size_t to = (split + 1) * f->split_rows < columns->n ? (split + 1) * f->split_rows : columns->n;
    size_t step = f->run->batch_rows == 0 ? f->split_rows : f->run->batch_rows;
    struct profile_reader *r = NULL;
    TRY(profile_reader_open(f->profile, f->source, (uint32_t)split, &r, err));
    for (size_t at = split * f->split_rows; at < to; at += step) {
        struct scene_slice slice = {at, to - at < step ? to - at : step, f->run->use_dictionaries};
        struct vec vecs[MOST];
        void *memory = scene_columns_slice(columns, &slice, vecs);
        pt_status status = profile_reader_add(r, vecs, slice.n, at, err);
        free(memory);
        if (status != PT_OK) {
            profile_reader_abort(r);
            return status;
        }
    }
    return profile_reader_close(r, err);
}

static pt_status feed(struct scene *s, struct profile *p, const struct scene_run *run,
                      struct pt_error *err)
{
    for (uint32_t i = 0; i < s->spec.n_sources; i++) {
        size_t n = s->sources[i].columns.n;
        struct feeding f = {s, p, run, i, run->split_rows == 0 ? n + 1 : run->split_rows, 0};
        f.n_splits = n / f.split_rows + 1;
        if (s->spec.pool != NULL) {
            TRY(pool_run(s->spec.pool, f.n_splits, feed_split, &f, err));
        } else {
            for (size_t k = 0; k < f.n_splits; k++) {
                TRY(feed_split(&f, k, 0, err));
            }
        }
    }
    return profile_close(p, err);
}

static void print_cell(FILE *out, const struct column *c, size_t row)
{
    if (c->valid != NULL && c->valid[row] == 0) {
        fputc('~', out);
    } else if (c->type == VEC_STR) {
        fwrite(c->s[row].p, 1, c->s[row].n, out);
    } else if (c->type == VEC_F64) {
        fprintf(out, "%.17g", c->f[row]);
    } else {
        fprintf(out, "%" PRId64, c->type == VEC_BOOL ? c->b[row] : c->i[row]);
    }
}

static void print_table(FILE *out, const struct table *t)
{
    for (size_t c = 0; c < t->n_columns; c++) {
        fprintf(out, "%s%s", c == 0 ? "" : "|", t->columns[c].name);
    }
    fputc('\n', out);
    for (size_t r = 0; r < t->n_rows; r++) {
        for (size_t c = 0; c < t->n_columns; c++) {
            fputs(c == 0 ? "" : "|", out);
            print_cell(out, &t->columns[c], r);
        }
        fputc('\n', out);
    }
}

static pt_status print_cut(struct scene *s, struct profile *p, size_t cutoff, FILE *out,
                           struct pt_error *err)
{
    struct profile_cut cut = {0};
    TRY(profile_cut(p, cutoff, &cut, err));
    pt_status status = PT_OK;
    for (uint32_t n = 0; !s->no_ids && status == PT_OK && n < s->spec.n_namespaces; n++) {
        char name[64];
        snprintf(name, sizeof name, "@%s", s->namespaces[n].name);
        status = profile_cut_add_ids(p, &cut, n, name, err);
    }
    if (status == PT_OK) {
        print_table(out, &cut.table);
        if (cut.refused_links + cut.shared_devices > 0) {
            fprintf(out, "refused %" PRIu64 " shared %" PRIu64 "\n", cut.refused_links,
                    cut.shared_devices);
        }
    }
    profile_cut_release(&cut);
    return status;
}

static void print_balances(struct scene *s, const struct profile *p, FILE *out)
{
    for (uint32_t i = 0; i < s->spec.n_sources; i++) {
        struct profile_balance b = profile_balance_of(p, i);
        must(b.read == b.used + b.filtered + b.unmatched + b.outside, "balance");
        fprintf(out,
                "%s: %" PRIu64 " = %" PRIu64 " used %" PRIu64 " filtered %" PRIu64
                " unmatched %" PRIu64 " outside\n",
                s->sources[i].source.name, b.read, b.used, b.filtered, b.unmatched, b.outside);
    }
}

static void begin_run(struct scene *s, const struct scene_run *run)
{
    for (size_t i = 0; i < s->spec.n_sources; i++) {
        s->flat[i] = s->sources[i].source;
    }
    s->spec.memory_bytes = run->memory == 0 ? (uint64_t)64 << 20 : run->memory;
    s->spec.pool = NULL;
    s->no_ids = run->no_ids;
    struct pt_error err = ERROR_INIT;
    if (run->threads > 0 && pool_new(run->threads, &s->spec.pool, &err) != PT_OK) {
        must(false, err.message);
    }
}

char *scene_text(struct scene *s, const struct scene_run *run, pt_status *status)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    struct profile *p = NULL;
    struct pt_error err = ERROR_INIT;
    begin_run(s, run);
    *status = profile_new(&s->spec, &p, &err);
    if (*status == PT_OK) {
        *status = feed(s, p, run, &err);
    }
    for (size_t c = 0; *status == PT_OK && c < s->spec.n_cutoffs; c++) {
        *status = print_cut(s, p, c, out, &err);
    }
    if (*status == PT_OK) {
        print_balances(s, p, out);
        s->spilled = profile_spilled_bytes(p);
    } else {
        must(*status == err.code && err.message[0] != '\0', "an error without a message");
    }
    profile_free(p);
    pool_free(s->spec.pool);
    s->spec.pool = NULL;
    fclose(out);
    if (*status != PT_OK) {
        free(text);
        return NULL;
    }
    return text;
}

void scene_expect(struct scene *s, const struct scene_run *run, const char *expected)
{
    static const struct scene_run plain = {0};
    pt_status status = PT_OK;
    char *text = scene_text(s, run == NULL ? &plain : run, &status);
    assert_int_equal(status, PT_OK);
    assert_string_equal(text, expected);
    free(text);
}

uint64_t scene_spilled(const struct scene *s)
{
    return s->spilled;
}

static pt_status print_link(void *arg, const struct profile_link *l, struct pt_error *err)
{
    (void)err;
    fprintf(arg, "%s:%.*s %s %s:%.*s rows %" PRIu64 " first %s %" PRIu64 "%s\n", l->namespace_a,
            (int)l->a.n, l->a.p, l->is_device ? "<-" : "--", l->namespace_b, (int)l->b.n, l->b.p,
            l->rows, l->source, l->row, l->is_refused ? " refused" : "");
    return PT_OK;
}

struct profile *scene_profile(struct scene *s, const struct scene_run *run)
{
    struct profile *p = NULL;
    struct pt_error err = ERROR_INIT;
    begin_run(s, run);
    assert_int_equal(profile_new(&s->spec, &p, &err), PT_OK);
    assert_int_equal(feed(s, p, run, &err), PT_OK);
    return p;
}

char *scene_links(struct scene *s, size_t cutoff)
{
    static const struct scene_run plain = {0};
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    struct profile *p = scene_profile(s, &plain);
    struct profile_cut cut = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(profile_cut(p, cutoff, &cut, &err), PT_OK);
    assert_int_equal(profile_links(p, &cut, print_link, out, &err), PT_OK);
    profile_cut_release(&cut);
    profile_free(p);
    fclose(out);
    return text;
}
