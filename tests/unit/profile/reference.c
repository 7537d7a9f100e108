// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Identity: nodes, edges, owners, the rows of every profile.
#include <stdlib.h>
#include <string.h>

#include "reference_state.h"

static bool is_device(const struct reference *r, int namespace_)
{
    return r->classes[namespace_] == NAMESPACE_DEVICE;
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
            reference_print_feature(s, &r->features[f], i, out);
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
