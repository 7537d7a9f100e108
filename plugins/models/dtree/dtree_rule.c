// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One leaf's rule. Conditions on one column are merged: the tightest bounds, the common levels.
#include "dtree_rule.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pt_format.h"

#define LEVELS_LISTED 20

// What the way to a leaf asks of one column.
struct condition {
    uint32_t column;
    bool has_low;
    bool has_high;
    bool takes_missing; // every split sends missing values this way
    bool saw_missing;
    bool is_there; // a split asked for a value, or for none
    bool is_missing;
    double low;    // value > low
    double high;   // value <= high
    uint64_t *set; // category: levels left, owned
};

struct rule {
    const struct dtree_model *m;
    struct condition conditions[DTREE_DEPTH_MAX + 1];
    uint32_t n;
    char *text;
    uint64_t length;
    uint64_t capacity;
    bool failed;
};

static void add_n(struct rule *r, const char *text, uint64_t n)
{
    if (r->failed || !pt_mem_reserve(r->m->host, &r->text, &r->capacity, r->length + n + 1, 1)) {
        r->failed = true;
        return;
    }
    memcpy(r->text + r->length, text, n);
    r->length += n;
    r->text[r->length] = '\0';
}

static void add(struct rule *r, const char *text)
{
    add_n(r, text, strlen(text));
}

static void add_quoted(struct rule *r, const char *text)
{
    add(r, "'");
    for (; *text != '\0'; text++) {
        add_n(r, text, 1);
        if (*text == '\'') {
            add(r, "'");
        }
    }
    add(r, "'");
}

static struct condition *condition_of(struct rule *r, uint32_t column)
{
    for (uint32_t i = 0; i < r->n; i++) {
        if (r->conditions[i].column == column) {
            return &r->conditions[i];
        }
    }
    const struct pt_column_copy *c = &r->m->columns.items[column];
    struct condition *made = &r->conditions[r->n];
    *made = (struct condition){.column = column, .takes_missing = true};
    if (c->is_category) {
        uint32_t words = dtree_words(c->n_levels);
        made->set = pt_mem_array(r->m->host, words, sizeof *made->set);
        if (made->set == NULL) {
            r->failed = true;
            return NULL;
        }
        memset(made->set, 0xff, words * sizeof *made->set);
    }
    r->n++;
    return made;
}

static void narrow_set(const struct rule *r, const struct dtree_node *node, bool is_left,
                       struct condition *c)
{
    uint32_t words = dtree_words(r->m->columns.items[node->column].n_levels);
    for (uint32_t i = 0; i < words; i++) {
        c->set[i] &= is_left ? node->set[i] : ~node->set[i];
    }
}

static void narrow_range(const struct dtree_node *node, bool is_left, struct condition *c)
{
    if (is_left && (!c->has_high || node->threshold < c->high)) {
        c->has_high = true;
        c->high = node->threshold;
    }
    if (!is_left && (!c->has_low || node->threshold > c->low)) {
        c->has_low = true;
        c->low = node->threshold;
    }
}

static void add_step(struct rule *r, const struct dtree_node *node, bool is_left)
{
    struct condition *c = condition_of(r, node->column);
    if (c == NULL) {
        return;
    }
    if (node->kind == DTREE_MISSING) {
        c->is_there = c->is_there || is_left;
        c->is_missing = c->is_missing || !is_left;
        c->takes_missing = c->takes_missing && !is_left;
        return;
    }
    c->takes_missing = c->takes_missing && (node->missing_left != 0) == is_left;
    c->saw_missing = c->saw_missing || node->saw_missing != 0;
    if (node->kind == DTREE_CATEGORY) {
        narrow_set(r, node, is_left, c);
    } else {
        narrow_range(node, is_left, c);
    }
}

static void add_number(struct rule *r, const struct pt_column_copy *c, double prepared)
{
    char text[PT_FORMAT_MAX];
    if (c->transform == NULL && c->offset == 0 && c->factor == 1) {
        add_n(r, text, pt_format_f64(prepared, text));
        return;
    }
    // Undoing the preparation rounds: more digits would be noise.
    int n = snprintf(text, sizeof text, "%.6g", pt_column_raw(c, prepared));
    add_n(r, text, (uint64_t)n);
}

static void add_range(struct rule *r, const struct condition *c)
{
    const struct pt_column_copy *column = &r->m->columns.items[c->column];
    if (column->level != NULL) {
        add(r, column->source);
        add(r, c->has_low ? " = " : " <> ");
        add_quoted(r, column->level);
        return;
    }
    if (c->has_low) {
        add(r, column->name);
        add(r, " > ");
        add_number(r, column, c->low);
    }
    if (c->has_high) {
        add(r, c->has_low ? " AND " : "");
        add(r, column->name);
        add(r, " <= ");
        add_number(r, column, c->high);
    }
}

static bool has_level(const struct condition *c, uint32_t level)
{
    return (c->set[level / 64] >> (level % 64) & 1) != 0;
}

static void add_levels(struct rule *r, const struct condition *c)
{
    const struct pt_column_copy *column = &r->m->columns.items[c->column];
    uint32_t n_in = 0;
    for (uint32_t i = 0; i < column->n_levels; i++) {
        n_in += has_level(c, i);
    }
    bool lists_in = n_in * 2 <= column->n_levels;
    uint32_t n_listed = lists_in ? n_in : column->n_levels - n_in;
    uint32_t n = 0;
    add(r, column->name);
    add(r, lists_in ? " IN (" : " NOT IN (");
    for (uint32_t i = 0; i < column->n_levels && n < LEVELS_LISTED; i++) {
        if (has_level(c, i) == lists_in) {
            add(r, n == 0 ? "" : ", ");
            add_quoted(r, column->levels[i]);
            n++;
        }
    }
    if (n_listed > n) {
        char text[32];
        snprintf(text, sizeof text, ", ... %u more", n_listed - n);
        add(r, text);
    }
    add(r, ")");
}

static void add_condition(struct rule *r, const struct condition *c)
{
    const char *name = r->m->columns.items[c->column].name;
    bool has_bounds = c->set != NULL || c->has_low || c->has_high;
    bool has_either = has_bounds && c->takes_missing && c->saw_missing && !c->is_missing;
    add(r, r->length == 0 ? "" : " AND ");
    if (c->is_missing || !has_bounds) {
        add(r, name);
        add(r, c->is_missing ? " IS NULL" : " IS NOT NULL");
        return;
    }
    add(r, has_either ? "(" : "");
    if (c->set != NULL) {
        add_levels(r, c);
    } else {
        add_range(r, c);
    }
    if (has_either) {
        add(r, " OR ");
        add(r, name);
        add(r, " IS NULL)");
    }
}

static void write_rule(struct rule *r, const uint32_t *parent, uint32_t leaf)
{
    uint32_t way[DTREE_DEPTH_MAX + 1];
    uint32_t n = 0;
    for (uint32_t at = leaf; at != 0; at = parent[at]) {
        way[n++] = at;
    }
    for (; n > 0; n--) {
        const struct dtree_node *above = &r->m->tree.nodes[parent[way[n - 1]]];
        add_step(r, above, way[n - 1] == above->left);
    }
    for (uint32_t i = 0; i < r->n; i++) {
        add_condition(r, &r->conditions[i]);
    }
    if (r->n == 0) {
        add(r, "TRUE");
    }
}

pt_status dtree_rule_text(const struct dtree_model *m, const uint32_t *parent, uint32_t leaf,
                          char **out, pt_error *err)
{
    struct rule r = {.m = m};
    write_rule(&r, parent, leaf);
    for (uint32_t i = 0; i < r.n; i++) {
        pt_mem_free(m->host, r.conditions[i].set);
    }
    if (r.failed) {
        pt_mem_free(m->host, r.text);
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory to explain the tree");
    }
    *out = r.text;
    return PT_OK;
}
