// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_guess.h"

#define NODES_MAX 2048u
#define FORMS_MAX 256u
#define SIBLINGS_MAX 16u
#define FULL_DOCUMENTS 4096u // after so many the full tree is judged

// What is around the one text of a wrapper.
static const struct wrapper {
    const char *before;
    const char *behind;
    uint32_t n_before;
    uint32_t n_behind;
} wrappers[] = {
    [MONGO_FORM_DATE] = {"{\"$date\":\"", "\"}", 10, 2},
    [MONGO_FORM_DATE_LONG] = {"{\"$date\":{\"$numberLong\":\"", "\"}}", 25, 3},
    [MONGO_FORM_OID] = {"{\"$oid\":\"", "\"}", 9, 2},
    [MONGO_FORM_INT] = {"{\"$numberInt\":\"", "\"}", 15, 2},
    [MONGO_FORM_LONG] = {"{\"$numberLong\":\"", "\"}", 16, 2},
    [MONGO_FORM_DOUBLE] = {"{\"$numberDouble\":\"", "\"}", 18, 2},
};

pt_status mongo_guess_init(struct mongo_guess *g, const pt_host *host, uint32_t n_slots)
{
    *g = (struct mongo_guess){.host = host, .n_slots = n_slots, .n_nodes = 1};
    g->walk = mongo_guess_walk_baseline;
#if defined(__x86_64__)
    g->walk = host->cpu >= PT_CPU_AVX512 ? mongo_guess_walk_avx512
              : host->cpu >= PT_CPU_AVX2 ? mongo_guess_walk_avx2
                                         : g->walk;
#endif
    g->nodes = pt_mem_zero(host, NODES_MAX, sizeof *g->nodes);
    return g->nodes == NULL ? PT_E_NO_MEMORY : PT_OK;
}

void mongo_guess_release(struct mongo_guess *g)
{
    if (g->host != NULL) {
        pt_mem_free(g->host, g->nodes);
        pt_mem_free(g->host, g->places);
    }
    *g = (struct mongo_guess){0};
}

struct mongo_raw mongo_guess_raw(const struct mongo_guess *g, const struct mongo_guess_place *place)
{
    const uint8_t *begin = g->at[place->step] + place->begin;
    const uint8_t *end = g->at[place->step_end] + place->end;
    switch (place->form) {
    case MONGO_FORM_ABSENT:
        return (struct mongo_raw){.token = MONGO_ABSENT};
    case MONGO_FORM_TEXT:
    case MONGO_FORM_SCALAR:
        return mongo_guess_value(g, place);
    case MONGO_FORM_SPAN:
        break;
    default:
        begin -= wrappers[place->form].n_before;
        break;
    }
    return (struct mongo_raw){.p = begin, .n = (uint64_t)(end - begin), .token = place->token};
}

// A document taken apart: of each step where its literal begins, where it ends and what follows.
struct parts {
    uint32_t n;
    const uint8_t *at[MONGO_GUESS_STEPS + 1];
    const uint8_t *behind[MONGO_GUESS_STEPS + 1];
    enum mongo_guess_kind kind[MONGO_GUESS_STEPS + 1];
};

static void part_end(struct parts *parts, const uint8_t *behind, enum mongo_guess_kind kind)
{
    parts->behind[parts->n] = behind;
    parts->kind[parts->n] = kind;
    parts->n++;
}

// p is at the quote of a text; returns the byte behind it.
static const uint8_t *text_take(struct parts *parts, const uint8_t *p, const uint8_t *end)
{
    struct mongo_scan s = {.end = end};
    struct mongo_raw raw;
    const uint8_t *behind = mongo_scan_value(&s, p, 0, &raw);
    if (behind == NULL || *mongo_scan_space(&s, behind) == ':') {
        return behind; // a key belongs to the literal
    }
    part_end(parts, p + 1, MONGO_GUESS_TEXT);
    parts->at[parts->n] = behind - 1;
    return behind;
}

static const uint8_t *scalar_take(struct parts *parts, const uint8_t *p, const uint8_t *end)
{
    struct mongo_scan s = {.end = end};
    struct mongo_raw raw;
    const uint8_t *behind = mongo_scan_value(&s, p, 0, &raw);
    part_end(parts, p, MONGO_GUESS_SCALAR);
    parts->at[parts->n] = behind;
    return behind;
}

// False when the document has too many values.
static bool parts_take(struct parts *parts, const uint8_t *p, const uint8_t *end)
{
    parts->n = 0;
    parts->at[0] = p;
    while (p != NULL && p < end && parts->n < MONGO_GUESS_STEPS) {
        if (*p == '"') {
            p = text_take(parts, p, end);
        } else if (*p == '-' || *p == 't' || *p == 'f' || *p == 'n' || (uint8_t)(*p - '0') <= 9) {
            p = scalar_take(parts, p, end);
        } else {
            p++;
        }
    }
    if (p != end) {
        return false;
    }
    part_end(parts, end, MONGO_GUESS_END);
    return true;
}

static bool has_wrapper(const struct parts *parts, uint32_t step, const struct mongo_raw *raw,
                        const struct wrapper *w)
{
    const uint8_t *end = raw->p + raw->n;
    return raw->n >= w->n_before + w->n_behind && parts->behind[step] == raw->p + w->n_before &&
           memcmp(raw->p, w->before, w->n_before) == 0 &&
           parts->at[step + 1] == end - w->n_behind &&
           memcmp(end - w->n_behind, w->behind, w->n_behind) == 0;
}

static enum mongo_guess_form form_of(const struct parts *parts, uint32_t step,
                                     const struct mongo_raw *raw)
{
    if (raw->token == MONGO_TEXT) {
        return MONGO_FORM_TEXT;
    }
    if (raw->token == MONGO_OBJECT && parts->kind[step] == MONGO_GUESS_TEXT) {
        for (uint32_t i = MONGO_FORM_DATE; i <= MONGO_FORM_DOUBLE; i++) {
            if (has_wrapper(parts, step, raw, &wrappers[i])) {
                return (enum mongo_guess_form)i;
            }
        }
    }
    return raw->token == MONGO_OBJECT || raw->token == MONGO_ARRAY ? MONGO_FORM_SPAN
                                                                   : MONGO_FORM_SCALAR;
}

static struct mongo_guess_place place_of(const struct parts *parts, const struct mongo_raw *raw)
{
    struct mongo_guess_place place = {.form = MONGO_FORM_SPAN, .token = raw->token};
    if (raw->token == MONGO_ABSENT) {
        return (struct mongo_guess_place){.form = MONGO_FORM_ABSENT};
    }
    uint32_t step = 0;
    while (raw->p > parts->behind[step]) {
        step++;
    }
    uint32_t step_end = step;
    while (step_end + 1 < parts->n && raw->p + raw->n >= parts->at[step_end + 1]) {
        step_end++;
    }
    place.form = form_of(parts, step, raw);
    const uint8_t *begin = place.form == MONGO_FORM_SPAN ? raw->p : parts->behind[step];
    place.step = (uint16_t)step;
    place.begin = (uint32_t)(begin - parts->at[step]);
    place.step_end = (uint16_t)step_end;
    place.end = (uint32_t)(raw->p + raw->n - parts->at[step_end]);
    return place;
}

// The child of that literal, 0 = none; *n_siblings = those that are there.
static uint32_t child_find(const struct mongo_guess *g, uint32_t parent,
                           const struct mongo_guess_node *like, uint32_t *n_siblings)
{
    *n_siblings = 0;
    uint32_t at = g->nodes[parent].child;
    for (; at != 0; at = g->nodes[at].next) {
        const struct mongo_guess_node *node = &g->nodes[at];
        if (node->n == like->n && node->kind == like->kind &&
            memcmp(node->literal, like->literal, like->n) == 0) {
            return at;
        }
        (*n_siblings)++;
    }
    return 0;
}

// Goes to the child of that literal, which is added behind its siblings; 0 when there is no room.
static uint32_t child_take(struct mongo_guess *g, uint32_t parent,
                           const struct mongo_guess_node *like)
{
    uint32_t n_siblings = 0;
    uint32_t at = child_find(g, parent, like, &n_siblings);
    if (at != 0) {
        return at;
    }
    if (n_siblings == SIBLINGS_MAX || g->n_nodes == NODES_MAX) {
        g->is_full = true;
        return 0;
    }
    at = g->n_nodes++;
    g->nodes[at] = *like;
    uint32_t *link = &g->nodes[parent].child;
    while (*link != 0) {
        link = &g->nodes[*link].next;
    }
    *link = at;
    return at;
}

// Adds the nodes of one step's literal, cut where it is too long for one.
static uint32_t literal_take(struct mongo_guess *g, uint32_t parent, const struct parts *parts,
                             uint32_t step)
{
    const uint8_t *p = parts->at[step];
    uint64_t left = (uint64_t)(parts->behind[step] - p);
    while (left > 0) {
        uint32_t n = left < MONGO_GUESS_LITERAL ? (uint32_t)left : MONGO_GUESS_LITERAL;
        struct mongo_guess_node like = {.n = n,
                                        .kind = n < left ? MONGO_GUESS_MORE : parts->kind[step]};
        memcpy(like.literal, p, n);
        parent = child_take(g, parent, &like);
        if (parent == 0) {
            return 0;
        }
        p += n;
        left -= n;
    }
    return parent;
}

// True when the tree may take more documents; a full one that is wrong too often begins anew.
static bool may_learn(struct mongo_guess *g)
{
    if (!g->is_full && g->n_forms < FORMS_MAX) {
        return true;
    }
    g->n_wrong++;
    if (g->n_right + g->n_wrong < FULL_DOCUMENTS) {
        return false;
    }
    bool is_useless = g->n_right < g->n_wrong;
    g->n_right = 0;
    g->n_wrong = 0;
    if (is_useless) {
        g->nodes[0].child = 0;
        g->n_nodes = 1;
        g->n_forms = 0;
        g->is_full = false;
    }
    return is_useless;
}

pt_status mongo_guess_learn(struct mongo_guess *g, const struct mongo_doc *doc, const uint8_t *p,
                            const uint8_t *end)
{
    struct parts parts;
    if (p == end || end[-1] != '}' || !may_learn(g) || !parts_take(&parts, p, end)) {
        return PT_OK;
    }
    if (!pt_mem_reserve(g->host, &g->places, &g->places_capacity,
                        ((uint64_t)g->n_forms + 1) * g->n_slots, sizeof *g->places)) {
        return PT_E_NO_MEMORY;
    }
    uint32_t node = 0;
    uint32_t known = g->n_nodes;
    for (uint32_t i = 0; i < parts.n; i++) {
        node = literal_take(g, node, &parts, i);
        if (node == 0) {
            return PT_OK;
        }
    }
    if (g->n_nodes == known) {
        return PT_OK;
    }
    g->nodes[node].child = g->n_forms;
    for (uint32_t i = 0; i < g->n_slots; i++) {
        g->places[(uint64_t)g->n_forms * g->n_slots + i] = place_of(&parts, &doc->slots[i]);
    }
    g->n_forms++;
    return PT_OK;
}
