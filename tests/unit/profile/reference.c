// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "reference.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST 4096

struct node {
    int namespace_;
    const char *text;
    int component; // index of its smallest node
    bool is_named; // names a profile of the table
};

struct edge {
    int a;
    int b;
};

struct owned {
    const struct reference_row *row;
    int source;
    int profile; // component
    bool is_own;
};

struct state {
    const struct reference *r;
    struct node nodes[MOST];
    int n_nodes;
    struct edge edges[MOST];
    int n_edges;
    int refused;
    struct owned owned[MOST];
    int n_owned;
};

static bool is_device(const struct reference *r, int namespace_)
{
    return r->classes[namespace_] == NAMESPACE_DEVICE;
}

static bool counts(const struct reference *r, const struct reference_row *row)
{
    return row->at == REFERENCE_UNTIMED || row->at < r->cutoff;
}

static bool is_known(const struct reference *r, int namespace_, const char *text)
{
    if (namespace_ != r->known_namespace) {
        return true;
    }
    const struct reference_source *first = &r->sources[0];
    for (size_t i = 0; i < first->n; i++) {
        for (int k = 0; k < REFERENCE_IDS && first->namespaces[k] >= 0; k++) {
            const char *id = first->rows[i].id[k];
            if (first->namespaces[k] == namespace_ && id != NULL && strcmp(id, text) == 0 &&
                counts(r, &first->rows[i])) {
                return true;
            }
        }
    }
    return false;
}

static const char *usable(const struct reference *r, const struct reference_source *s,
                          const struct reference_row *row, int k)
{
    const char *id = s->namespaces[k] < 0 ? NULL : row->id[k];
    bool is_junk = id == NULL || *id == '\0' || strcmp(id, "-") == 0 || strcmp(id, "000") == 0;
    return is_junk || !is_known(r, s->namespaces[k], id) ? NULL : id;
}

static int compare_names(const struct reference *r, int ns_a, const char *a, int ns_b,
                         const char *b)
{
    int class_a = r->classes[ns_a] == NAMESPACE_PERSON ? 0 : 1;
    int class_b = r->classes[ns_b] == NAMESPACE_PERSON ? 0 : 1;
    if (class_a != class_b) {
        return class_a - class_b;
    }
    return ns_a != ns_b ? ns_a - ns_b : strcmp(a, b);
}

static int find_node(const struct state *s, int namespace_, const char *text)
{
    for (int i = 0; i < s->n_nodes; i++) {
        if (s->nodes[i].namespace_ == namespace_ && strcmp(s->nodes[i].text, text) == 0) {
            return i;
        }
    }
    return -1;
}

// Keeps nodes in order of names.
static void add_node(struct state *s, int namespace_, const char *text)
{
    if (find_node(s, namespace_, text) >= 0) {
        return;
    }
    int at = s->n_nodes++;
    while (at > 0 && compare_names(s->r, s->nodes[at - 1].namespace_, s->nodes[at - 1].text,
                                   namespace_, text) > 0) {
        s->nodes[at] = s->nodes[at - 1];
        at--;
    }
    s->nodes[at] = (struct node){namespace_, text, 0, false};
}

static void add_edge(struct state *s, int a, int b)
{
    struct edge e = a < b ? (struct edge){a, b} : (struct edge){b, a};
    int at = s->n_edges;
    for (int i = 0; i < s->n_edges; i++) {
        if (s->edges[i].a == e.a && s->edges[i].b == e.b) {
            return;
        }
    }
    while (at > 0 &&
           (s->edges[at - 1].a > e.a || (s->edges[at - 1].a == e.a && s->edges[at - 1].b > e.b))) {
        s->edges[at] = s->edges[at - 1];
        at--;
    }
    s->edges[at] = e;
    s->n_edges++;
}

static void find_nodes(struct state *s)
{
    for (size_t i = 0; i < s->r->n_sources; i++) {
        const struct reference_source *source = &s->r->sources[i];
        for (size_t k = 0; k < source->n * REFERENCE_IDS; k++) {
            int id = (int)(k % REFERENCE_IDS);
            const char *text = usable(s->r, source, &source->rows[k / REFERENCE_IDS], id);
            if (text != NULL && !is_device(s->r, source->namespaces[id])) {
                add_node(s, source->namespaces[id], text);
            }
        }
    }
    for (int i = 0; i < s->n_nodes; i++) {
        s->nodes[i].component = i;
    }
}

static void find_edges(struct state *s)
{
    for (size_t i = 0; i < s->r->n_sources; i++) {
        const struct reference_source *source = &s->r->sources[i];
        for (size_t row = 0; row < source->n; row++) {
            int first = -1;
            for (int k = 0; k < REFERENCE_IDS; k++) {
                const char *text = usable(s->r, source, &source->rows[row], k);
                if (text == NULL || is_device(s->r, source->namespaces[k]) ||
                    !counts(s->r, &source->rows[row])) {
                    continue;
                }
                int node = find_node(s, source->namespaces[k], text);
                if (first >= 0 && first != node) {
                    add_edge(s, first, node);
                }
                first = first < 0 ? node : first;
            }
        }
    }
}

static size_t component_size(const struct state *s, int component)
{
    size_t n = 0;
    for (int i = 0; i < s->n_nodes; i++) {
        n += s->nodes[i].component == component;
    }
    return n;
}

static void join_all(struct state *s)
{
    for (int e = 0; e < s->n_edges; e++) {
        int a = s->nodes[s->edges[e].a].component;
        int b = s->nodes[s->edges[e].b].component;
        if (a == b) {
            continue;
        }
        if (s->r->limit > 0 && component_size(s, a) + component_size(s, b) > s->r->limit) {
            s->refused++;
            continue;
        }
        for (int i = 0; i < s->n_nodes; i++) {
            int c = s->nodes[i].component;
            s->nodes[i].component = c == a || c == b ? (a < b ? a : b) : c;
        }
    }
}

// Votes of the rows with this device for each node; returns how many profiles have any.
static int count_votes(const struct state *s, int namespace_, const char *device, int *votes)
{
    memset(votes, 0, MOST * sizeof *votes);
    for (size_t i = 0; i < s->r->n_sources; i++) {
        const struct reference_source *source = &s->r->sources[i];
        for (size_t row = 0; row < source->n; row++) {
            int voter = -1;
            for (int k = 0; k < REFERENCE_IDS && voter < 0; k++) {
                const char *text = usable(s->r, source, &source->rows[row], k);
                if (text != NULL && s->r->classes[source->namespaces[k]] == NAMESPACE_PERSON) {
                    voter = find_node(s, source->namespaces[k], text);
                }
            }
            for (int k = 0; k < REFERENCE_IDS; k++) {
                const char *text = usable(s->r, source, &source->rows[row], k);
                bool is_it = text != NULL && source->namespaces[k] == namespace_ &&
                             strcmp(text, device) == 0;
                if (is_it && voter >= 0 && counts(s->r, &source->rows[row])) {
                    votes[voter]++;
                }
            }
        }
    }
    int n_profiles = 0;
    for (int c = 0; c < s->n_nodes; c++) {
        bool has_any = false;
        for (int i = 0; i < s->n_nodes; i++) {
            has_any = has_any || (s->nodes[i].component == c && votes[i] > 0);
        }
        n_profiles += has_any;
    }
    return n_profiles;
}

static int device_owner(const struct state *s, int namespace_, const char *device)
{
    static _Thread_local int votes[MOST];
    int n_profiles = count_votes(s, namespace_, device, votes);
    int best = -1;
    for (int i = 0; i < s->n_nodes; i++) {
        if (votes[i] > 0 && (best < 0 || votes[i] > votes[best])) {
            best = i;
        }
    }
    return n_profiles > 1 && s->r->drop_shared ? -1 : best;
}

static void own_rows(struct state *s)
{
    for (size_t i = 0; i < s->r->n_sources; i++) {
        const struct reference_source *source = &s->r->sources[i];
        for (size_t row = 0; row < source->n; row++) {
            int node = -1;
            bool is_by_device = false;
            for (int k = 0; k < REFERENCE_IDS && node < 0; k++) {
                const char *text = usable(s->r, source, &source->rows[row], k);
                int ns = source->namespaces[k];
                if (text != NULL) {
                    is_by_device = is_device(s->r, ns);
                    node = is_by_device ? device_owner(s, ns, text) : find_node(s, ns, text);
                }
            }
            if (node < 0) {
                continue;
            }
            int c = s->nodes[node].component;
            s->owned[s->n_owned++] =
                (struct owned){&source->rows[row], (int)i, c, !is_by_device && node == c};
            s->nodes[c].is_named = s->nodes[c].is_named || counts(s->r, &source->rows[row]);
        }
    }
}

static int count_shared(const struct state *s)
{
    static _Thread_local int votes[MOST];
    const char *seen[MOST];
    int seen_in[MOST];
    int n_seen = 0;
    int n_shared = 0;
    for (size_t i = 0; i < s->r->n_sources; i++) {
        const struct reference_source *source = &s->r->sources[i];
        for (size_t k = 0; k < source->n * REFERENCE_IDS; k++) {
            int id = (int)(k % REFERENCE_IDS);
            const char *text = usable(s->r, source, &source->rows[k / REFERENCE_IDS], id);
            int ns = source->namespaces[id];
            bool is_new = text != NULL && is_device(s->r, ns);
            for (int j = 0; j < n_seen && is_new; j++) {
                is_new = seen_in[j] != ns || strcmp(seen[j], text) != 0;
            }
            if (is_new) {
                seen_in[n_seen] = ns;
                seen[n_seen++] = text;
                n_shared += count_votes(s, ns, text, votes) > 1;
            }
        }
    }
    return n_shared;
}

static bool is_inside(const struct reference *r, const struct reference_feature *f,
                      const struct reference_row *row)
{
    if (row->at == REFERENCE_UNTIMED) {
        return true;
    }
    if (f->is_label) {
        return row->at >= r->cutoff + f->gap && row->at < r->cutoff + f->gap + f->after;
    }
    return row->at < r->cutoff && (f->within < 0 || row->at >= r->cutoff - f->within);
}

static bool has_value(const struct reference_feature *f, const struct reference_row *row)
{
    switch (f->value) {
    case REFERENCE_X:
        return row->x != NULL;
    case REFERENCE_WORD:
        return row->word != NULL;
    case REFERENCE_OK:
        return row->ok != NULL;
    case REFERENCE_N:
        return row->n != NULL;
    default:
        return true;
    }
}

static double number_of(const struct reference_feature *f, const struct reference_row *row)
{
    switch (f->value) {
    case REFERENCE_X:
        return *row->x;
    case REFERENCE_N:
        return (double)*row->n;
    case REFERENCE_OK:
        return *row->ok;
    default:
        return 0;
    }
}

static int compare_values(const struct reference_feature *f, const struct reference_row *a,
                          const struct reference_row *b)
{
    if (f->value == REFERENCE_WORD) {
        return strcmp(a->word, b->word);
    }
    double x = number_of(f, a);
    double y = number_of(f, b);
    return (x > y) - (x < y);
}

static void print_value(const struct reference_feature *f, const struct reference_row *row,
                        FILE *out)
{
    if (row == NULL || !has_value(f, row)) {
        fputs("|~", out);
    } else if (f->value == REFERENCE_WORD) {
        fprintf(out, "|%s", row->word);
    } else if (f->value == REFERENCE_X) {
        fprintf(out, "|%.17g", *row->x + 0.0); // -0 is 0
    } else {
        fprintf(out, "|%" PRId64, f->value == REFERENCE_N ? *row->n : *row->ok);
    }
}

struct rows {
    const struct owned *items[MOST];
    int n;
};

// Rows a feature sees of a profile, by time, then source, then file. `all`: with NULL values too.
static void gather(const struct state *s, const struct reference_feature *f, int profile,
                   struct rows *out)
{
    out->n = 0;
    for (int i = 0; i < s->n_owned; i++) {
        const struct owned *o = &s->owned[i];
        if (o->profile != profile || (f->sources >> o->source & 1) == 0 ||
            o->row->kind < f->least_kind || !is_inside(s->r, f, o->row)) {
            continue;
        }
        int at = out->n++;
        while (at > 0 && out->items[at - 1]->row->at > o->row->at) {
            out->items[at] = out->items[at - 1];
            at--;
        }
        out->items[at] = o;
    }
}

static void print_numbers(const struct reference_feature *f, const struct rows *rows, FILE *out)
{
    double sum = 0;
    int64_t whole = 0;
    int n = 0;
    for (int i = 0; i < rows->n; i++) {
        if (has_value(f, rows->items[i]->row)) {
            sum += number_of(f, rows->items[i]->row);
            whole += f->value == REFERENCE_N ? *rows->items[i]->row->n : 0;
            n++;
        }
    }
    double squares = 0;
    for (int i = 0; i < rows->n; i++) {
        if (has_value(f, rows->items[i]->row)) {
            double d = number_of(f, rows->items[i]->row) - sum / n;
            squares += d * d;
        }
    }
    if (f->aggregate == AGGREGATE_COUNT) {
        fprintf(out, "|%d", n);
    } else if (f->aggregate == AGGREGATE_SUM && f->value == REFERENCE_N) {
        fprintf(out, "|%" PRId64, whole);
    } else if (f->aggregate == AGGREGATE_SUM) {
        fprintf(out, "|%.17g", sum);
    } else if (n == 0 || (f->aggregate == AGGREGATE_STDDEV && n == 1)) {
        fputs("|~", out);
    } else if (f->aggregate == AGGREGATE_STDDEV) {
        fprintf(out, "|%.17g", sqrt(squares / (n - 1)));
    } else {
        fprintf(out, "|%.17g", sum / n);
    }
}

static void print_pick(const struct reference_feature *f, const struct rows *rows, FILE *out)
{
    const struct reference_row *best = NULL;
    int best_n = 0;
    int n_distinct = 0;
    for (int i = 0; i < rows->n; i++) {
        const struct reference_row *row = rows->items[i]->row;
        if (!has_value(f, row)) {
            continue;
        }
        int same = 0;
        bool is_first = true;
        for (int k = 0; k < rows->n; k++) {
            bool is_same = has_value(f, rows->items[k]->row) &&
                           compare_values(f, rows->items[k]->row, row) == 0;
            same += is_same;
            is_first = is_first && !(is_same && k < i);
        }
        n_distinct += is_first;
        int order = best == NULL ? 0 : compare_values(f, row, best);
        bool is_better =
            best == NULL || f->aggregate == AGGREGATE_LAST ||
            (f->aggregate == AGGREGATE_MIN && order < 0) ||
            (f->aggregate == AGGREGATE_MAX && order > 0) ||
            (f->aggregate == AGGREGATE_TOP && (same > best_n || (same == best_n && order < 0)));
        best_n = is_better ? same : best_n;
        best = is_better ? row : best;
    }
    if (f->aggregate == AGGREGATE_DISTINCT) {
        fprintf(out, "|%d", n_distinct);
    } else {
        print_value(f, best, out);
    }
}

static void print_own(const struct state *s, const struct reference_feature *f, int profile,
                      FILE *out)
{
    const struct reference_row *own = NULL;
    for (int i = 0; i < s->n_owned && own == NULL; i++) {
        const struct owned *o = &s->owned[i];
        if (o->profile == profile && o->is_own && (f->sources >> o->source & 1) != 0 &&
            o->row->kind >= f->least_kind && is_inside(s->r, f, o->row)) {
            own = o->row;
        }
    }
    print_value(f, own, out);
}

static void print_times(const struct state *s, const struct reference_feature *f,
                        const struct rows *rows, FILE *out)
{
    int64_t last_of[8];
    int sessions = 0;
    int n = 0;
    int64_t first = 0;
    int64_t last = 0;
    for (int i = 0; i < 8; i++) {
        last_of[i] = REFERENCE_UNTIMED;
    }
    for (int i = 0; i < rows->n; i++) {
        const struct owned *o = rows->items[i];
        if (o->row->at == REFERENCE_UNTIMED) {
            continue;
        }
        int64_t before = last_of[o->source];
        sessions += before == REFERENCE_UNTIMED || o->row->at - before > f->session;
        last_of[o->source] = o->row->at;
        first = n == 0 ? o->row->at : first;
        last = o->row->at;
        n++;
    }
    if (f->aggregate == AGGREGATE_SESSIONS) {
        fprintf(out, "|%d", sessions);
    } else if (n == 0 || (f->aggregate == AGGREGATE_GAP_MEAN && n == 1)) {
        fputs("|~", out);
    } else if (f->aggregate == AGGREGATE_GAP_MEAN) {
        fprintf(out, "|%.17g", (double)(last - first) / 86400 / (n - 1));
    } else {
        fprintf(out, "|%.17g", (double)(s->r->cutoff - last) / 86400);
    }
}

static void print_feature(const struct state *s, const struct reference_feature *f, int profile,
                          FILE *out)
{
    static _Thread_local struct rows rows;
    gather(s, f, profile, &rows);
    int n_true = 0;
    int n_there = 0;
    switch (f->aggregate) {
    case AGGREGATE_COUNT:
    case AGGREGATE_SUM:
    case AGGREGATE_MEAN:
    case AGGREGATE_STDDEV:
        print_numbers(f, &rows, out);
        break;
    case AGGREGATE_OWN:
        print_own(s, f, profile, out);
        break;
    case AGGREGATE_SHARE:
        for (int i = 0; i < rows.n; i++) {
            n_there += has_value(f, rows.items[i]->row);
            n_true += has_value(f, rows.items[i]->row) && *rows.items[i]->row->ok;
        }
        fprintf(out, n_there == 0 ? "|~" : "|%.17g", (double)n_true / n_there);
        break;
    case AGGREGATE_EXISTS:
        fprintf(out, "|%d", rows.n > 0);
        break;
    case AGGREGATE_DAYS_SINCE:
    case AGGREGATE_SESSIONS:
    case AGGREGATE_GAP_MEAN:
        print_times(s, f, &rows, out);
        break;
    default:
        print_pick(f, &rows, out);
        break;
    }
}

// The identifier of a namespace: the first own row's that has one, else the smallest.
static void print_id(const struct state *s, int namespace_, int profile, FILE *out)
{
    const char *best = NULL;
    for (int i = 0; i < s->n_owned && best == NULL; i++) {
        const struct owned *o = &s->owned[i];
        const struct reference_source *source = &s->r->sources[o->source];
        for (int k = 0; k < REFERENCE_IDS && best == NULL; k++) {
            if (o->profile == profile && o->is_own && counts(s->r, o->row) &&
                source->namespaces[k] == namespace_) {
                best = usable(s->r, source, o->row, k);
            }
        }
    }
    bool has_own = best != NULL;
    for (int i = 0; i < s->n_nodes && !has_own; i++) {
        if (s->nodes[i].namespace_ == namespace_ && s->nodes[i].component == profile) {
            best = best == NULL ? s->nodes[i].text : best;
        }
    }
    for (size_t i = 0; i < s->r->n_sources && !has_own && is_device(s->r, namespace_); i++) {
        const struct reference_source *source = &s->r->sources[i];
        for (size_t k = 0; k < source->n * REFERENCE_IDS; k++) {
            int id = (int)(k % REFERENCE_IDS);
            const char *text = usable(s->r, source, &source->rows[k / REFERENCE_IDS], id);
            if (text == NULL || source->namespaces[id] != namespace_) {
                continue;
            }
            int owner = device_owner(s, namespace_, text);
            if (owner >= 0 && s->nodes[owner].component == profile &&
                (best == NULL || strcmp(text, best) < 0)) {
                best = text;
            }
        }
    }
    fprintf(out, "|%s", best == NULL ? "~" : best);
}

void reference_print(const struct reference *r, FILE *out)
{
    struct state *s = calloc(1, sizeof *s);
    s->r = r;
    find_nodes(s);
    find_edges(s);
    join_all(s);
    own_rows(s);
    fputs("profile", out);
    for (size_t f = 0; f < r->n_features; f++) {
        fprintf(out, "|%s", r->features[f].name);
    }
    for (size_t n = 0; n < r->n_namespaces; n++) {
        fprintf(out, "|@%s", r->namespaces[n]);
    }
    fputc('\n', out);
    for (int i = 0; i < s->n_nodes; i++) {
        if (!s->nodes[i].is_named) {
            continue;
        }
        fputs(s->nodes[i].text, out);
        for (size_t f = 0; f < r->n_features; f++) {
            print_feature(s, &r->features[f], i, out);
        }
        for (size_t n = 0; n < r->n_namespaces; n++) {
            print_id(s, (int)n, i, out);
        }
        fputc('\n', out);
    }
    int shared = count_shared(s);
    if (s->refused + shared > 0) {
        fprintf(out, "refused %d shared %d\n", s->refused, shared);
    }
    free(s);
}
