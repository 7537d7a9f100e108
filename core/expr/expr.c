// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "expr.h"

#include "canon.h"
#include "parser.h"
#include "typing.h"

// Drops the steps the root does not need; to[i] = the new place of step i.
static size_t mark_live(const struct typing *t, uint32_t root, uint32_t *to)
{
    memset(to, 0, t->n * sizeof *to);
    to[root] = 1;
    for (uint32_t i = root + 1; i-- > 0;) {
        for (uint8_t k = 0; to[i] != 0 && k < t->steps[i].n_args; k++) {
            to[t->steps[i].args[k]] = 1;
        }
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i <= root; i++) {
        n += to[i];
        to[i] = to[i] != 0 ? n - 1 : UINT32_MAX;
    }
    return n;
}

static int32_t join_only(int32_t a, int32_t b)
{
    if (a == ONLY_NONE || a == b) {
        return b;
    }
    return b == ONLY_NONE ? a : ONLY_MANY;
}

static void move_step(const struct typing *t, const uint32_t *to, uint32_t i, struct step *steps)
{
    struct step s = t->steps[i];
    s.only = s.op == OP_NAME ? (int32_t)s.name : ONLY_NONE;
    for (uint8_t k = 0; k < s.n_args; k++) {
        s.args[k] = to[s.args[k]];
        s.only = join_only(s.only, steps[s.args[k]].only);
    }
    steps[to[i]] = s;
}

static pt_status build(const struct typing *t, uint32_t root, struct expr *e, struct pt_error *err)
{
    uint32_t *to = arena_alloc(t->work, t->n * sizeof *to);
    if (to == NULL) {
        return typing_fail_memory(err);
    }
    e->n = mark_live(t, root, to);
    e->n_names = t->scope->n_names;
    e->n_fits = t->n_fits;
    struct step *steps = arena_zero(t->out, e->n, sizeof *steps);
    uint8_t *uses = arena_zero(t->out, e->n_names, 1);
    uint32_t *fit_steps = arena_zero(t->out, e->n_fits, sizeof *fit_steps);
    if (steps == NULL || uses == NULL || fit_steps == NULL) {
        return typing_fail_memory(err);
    }
    for (uint32_t i = 0; i <= root; i++) {
        if (to[i] != UINT32_MAX) {
            move_step(t, to, i, steps);
        }
    }
    for (uint32_t i = 0; i < e->n; i++) {
        if (steps[i].op == OP_NAME) {
            uses[steps[i].name] = 1;
        } else if (steps[i].op == OP_BUCKET || steps[i].op == OP_PERCENT_RANK) {
            fit_steps[steps[i].fit] = i;
        }
    }
    e->steps = steps;
    e->uses = uses;
    e->fit_steps = fit_steps;
    return PT_OK;
}

static pt_status compile(struct arena *arena, struct arena *work, struct text source,
                         const struct expr_scope *scope, struct expr **out, struct pt_error *err)
{
    struct tree tree = {0};
    uint32_t root = 0;
    TRY(parser_parse(work, source, scope->zone, &tree, err));
    struct typing t = {.out = arena, .work = work, .tree = &tree, .scope = scope};
    TRY(typing_lower(&t, &root, err));
    struct expr *e = arena_zero(arena, 1, sizeof *e);
    if (e == NULL) {
        return typing_fail_memory(err);
    }
    TRY(canon_print(arena, &tree, &e->text, err));
    TRY(build(&t, root, e, err));
    *out = e;
    return PT_OK;
}

pt_status expr_compile(struct arena *arena, struct text source, const struct expr_scope *scope,
                       struct expr **out, struct pt_error *err)
{
    struct arena work = {0};
    pt_status status = compile(arena, &work, source, scope, out, err);
    arena_release(&work);
    return status;
}

enum vec_type expr_type(const struct expr *e)
{
    return program_root(e)->type;
}

bool expr_is_condition(const struct expr *e)
{
    return expr_type(e) == VEC_BOOL;
}

void expr_uses(const struct expr *e, uint8_t *used)
{
    for (size_t i = 0; i < e->n_names; i++) {
        used[i] = used[i] != 0 || e->uses[i] != 0;
    }
}

bool expr_has_column_function(const struct expr *e)
{
    return e->n_fits > 0;
}

const char *expr_text(const struct expr *e)
{
    return e->text;
}

bool expr_equal(const struct expr *a, const struct expr *b)
{
    return strcmp(a->text, b->text) == 0;
}
