// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// portrait why: why two identifiers are one profile, or not. A shortest chain of links.
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "cli.h"
#include "map.h"
#include "mem.h"
#include "people_files.h"

#define NOBODY UINT32_MAX

// The links as a graph: nodes are "namespace:value".
struct graph {
    const struct people_links_file *links;
    struct map nodes;
    uint32_t *ends;    // two nodes a link
    uint32_t *starts;  // of a node in `around`
    uint32_t *around;  // links of each node
    uint32_t *came_by; // search: the link a node was reached by
    uint32_t *queue;
};

static bool node_of(struct graph *g, struct text namespace_, struct text value, uint32_t *out)
{
    struct str key = {0};
    bool is_new = false;
    str_add_n(&key, namespace_.p, namespace_.n);
    str_add_char(&key, ':');
    str_add_n(&key, value.p, value.n);
    uint64_t *slot = key.failed ? NULL : map_put(&g->nodes, str_view(&key), &is_new);
    if (slot != NULL && is_new) {
        *slot = g->nodes.n - 1;
    }
    *out = slot == NULL ? NOBODY : (uint32_t)*slot;
    str_release(&key);
    return slot != NULL;
}

static bool build(struct graph *g)
{
    size_t n = g->links->n;
    g->ends = mem_array(n, 2 * sizeof *g->ends);
    for (size_t i = 0; g->ends != NULL && i < n; i++) {
        const struct people_link *l = &g->links->items[i];
        if (!node_of(g, l->namespace_a, l->a, &g->ends[2 * i]) ||
            !node_of(g, l->namespace_b, l->b, &g->ends[2 * i + 1])) {
            return false;
        }
    }
    g->starts = mem_zero(g->nodes.n + 2, sizeof *g->starts);
    g->around = mem_array(n, 2 * sizeof *g->around);
    g->came_by = mem_array(g->nodes.n, sizeof *g->came_by);
    g->queue = mem_array(g->nodes.n, sizeof *g->queue);
    if (g->ends == NULL || g->starts == NULL || g->around == NULL || g->came_by == NULL ||
        g->queue == NULL) {
        return false;
    }
    for (size_t i = 0; i < 2 * n; i++) {
        g->starts[g->ends[i] + 2]++;
    }
    for (size_t i = 2; i < g->nodes.n + 2; i++) {
        g->starts[i] += g->starts[i - 1];
    }
    for (size_t i = 0; i < 2 * n; i++) {
        g->around[g->starts[g->ends[i] + 1]++] = (uint32_t)(i / 2);
    }
    return true;
}

static void graph_release(struct graph *g)
{
    map_release(&g->nodes);
    mem_free(g->ends);
    mem_free(g->starts);
    mem_free(g->around);
    mem_free(g->came_by);
    mem_free(g->queue);
}

// An identifier as typed: "namespace:value", or a value alone when only one namespace has it.
static uint32_t find_node(const struct graph *g, const char *typed)
{
    const uint64_t *exact = map_get(&g->nodes, text_of(typed));
    if (exact != NULL) {
        return (uint32_t)*exact;
    }
    uint32_t found = NOBODY;
    size_t n_found = 0;
    for (size_t i = 0; i < g->nodes.n; i++) {
        struct text key = g->nodes.entries[i].key;
        const char *colon = memchr(key.p, ':', key.n);
        if (text_is(text_n(colon + 1, key.n - (size_t)(colon - key.p) - 1), typed)) {
            found = (uint32_t)i;
            n_found++;
        }
    }
    if (n_found > 1) {
        fprintf(stderr, "portrait why: several namespaces have `%s`; write namespace:value\n",
                typed);
    } else if (n_found == 0) {
        fprintf(stderr, "portrait why: no link holds `%s`\n", typed);
    }
    return n_found == 1 ? found : NOBODY;
}

static uint32_t other_end(const struct graph *g, uint32_t link, uint32_t node)
{
    return g->ends[2 * link] == node ? g->ends[2 * link + 1] : g->ends[2 * link];
}

// Breadth first over kept links; true when `to` was reached.
static bool search(struct graph *g, uint32_t from, uint32_t to)
{
    memset(g->came_by, 0xFF, g->nodes.n * sizeof *g->came_by);
    size_t head = 0;
    size_t tail = 0;
    g->queue[tail++] = from;
    while (head < tail && g->queue[head] != to) {
        uint32_t node = g->queue[head++];
        for (uint32_t k = g->starts[node]; k < g->starts[node + 1]; k++) {
            uint32_t link = g->around[k];
            uint32_t next = other_end(g, link, node);
            if (!g->links->items[link].is_refused && g->came_by[next] == NOBODY && next != from) {
                g->came_by[next] = link;
                g->queue[tail++] = next;
            }
        }
    }
    return head < tail;
}

static void show_link(const struct people_link *l)
{
    printf("  %.*s:%.*s  and  %.*s:%.*s  %s %llu row%s of %.*s, first row %llu\n",
           (int)l->namespace_a.n, l->namespace_a.p, (int)l->a.n, l->a.p, (int)l->namespace_b.n,
           l->namespace_b.p, (int)l->b.n, l->b.p,
           l->is_device ? "were seen together most in" : "met in", (unsigned long long)l->rows,
           l->rows == 1 ? "" : "s", (int)l->source.n, l->source.p, (unsigned long long)l->row);
}

static void show_chain(const struct graph *g, uint32_t from, uint32_t to)
{
    uint32_t node = to;
    while (node != from) {
        uint32_t link = g->came_by[node];
        show_link(&g->links->items[link]);
        node = other_end(g, link, node);
    }
}

static void put_id(struct answer *a, const char *key, struct text namespace_, struct text value)
{
    json_key(&a->json, key);
    json_begin_object(&a->json);
    json_key(&a->json, "namespace");
    json_put_text(&a->json, namespace_);
    json_key(&a->json, "value");
    json_put_text(&a->json, value);
    json_end_object(&a->json);
}

static void put_link(struct answer *a, const struct people_link *l)
{
    json_begin_object(&a->json);
    put_id(a, "a", l->namespace_a, l->a);
    put_id(a, "b", l->namespace_b, l->b);
    answer_text(a, "because", l->is_device ? "seen together most" : "met in a row");
    json_key(&a->json, "source");
    json_put_text(&a->json, l->source);
    answer_count(a, "rows", l->rows);
    answer_count(a, "first_row", l->row);
    json_end_object(&a->json);
}

static bool touches(const struct graph *g, size_t link, uint32_t from, uint32_t to)
{
    const uint32_t *ends = &g->ends[2 * link];
    return ends[0] == from || ends[1] == from || ends[0] == to || ends[1] == to;
}

static bool explain_json(struct graph *g, uint32_t from, uint32_t to)
{
    struct answer answer;
    bool is_one = search(g, from, to);
    answer_begin(&answer, "why");
    json_key(&answer.json, "one_profile");
    json_put_bool(&answer.json, is_one);
    json_key(&answer.json, "links");
    json_begin_array(&answer.json);
    for (uint32_t node = to; is_one && node != from;) {
        uint32_t link = g->came_by[node];
        put_link(&answer, &g->links->items[link]);
        node = other_end(g, link, node);
    }
    json_end_array(&answer.json);
    json_key(&answer.json, "refused");
    json_begin_array(&answer.json);
    for (size_t i = 0; !is_one && i < g->links->n; i++) {
        if (g->links->items[i].is_refused && touches(g, i, from, to)) {
            put_link(&answer, &g->links->items[i]);
        }
    }
    json_end_array(&answer.json);
    return answer_print(&answer);
}

static int explain(struct graph *g, const struct cli *cli)
{
    const char *a = cli->words[0];
    const char *b = cli->words[1];
    uint32_t from = find_node(g, a);
    uint32_t to = from == NOBODY ? NOBODY : find_node(g, b);
    if (to == NOBODY) {
        return EXIT_USAGE;
    }
    if (cli->values.is_json) {
        return explain_json(g, from, to) ? EXIT_DONE : EXIT_RUN_FAILED;
    }
    if (search(g, from, to)) {
        printf("%s and %s are one profile:\n", a, b);
        show_chain(g, from, to);
        return EXIT_DONE;
    }
    printf("%s and %s are two profiles: no kept link leads from one to the other\n", a, b);
    for (size_t i = 0; i < g->links->n; i++) {
        if (g->links->items[i].is_refused && touches(g, i, from, to)) {
            printf("refused, because a profile may not hold that many identifiers:\n");
            show_link(&g->links->items[i]);
        }
    }
    return EXIT_DONE;
}

static int cmd_why(struct cli *cli)
{
    struct pt_error err = ERROR_INIT;
    char *run = NULL;
    struct people_links_file links = {0};
    const char *runs = cli_runs(cli);
    if (runs == NULL) {
        return EXIT_USAGE;
    }
    const char *which = cli->values.run == NULL ? "latest" : cli->values.run;
    pt_status status = run_folder_find(runs, which, &run, &err);
    if (status == PT_OK) {
        status = people_files_links(run, &links, &err);
    }
    int exit_code = EXIT_USAGE;
    struct graph g = {.links = &links};
    if (status != PT_OK) {
        fprintf(stderr, "portrait why: %s\n", err.message);
    } else if (!build(&g)) {
        fprintf(stderr, "portrait why: out of memory\n");
        exit_code = EXIT_RUN_FAILED;
    } else {
        exit_code = explain(&g, cli);
    }
    graph_release(&g);
    people_links_file_release(&links);
    mem_free(run);
    return exit_code;
}

static const struct cli_option *const options[] = {&option_run, &option_runs, &option_json};

const struct cli_verb verb_why = {
    .name = "why",
    .words = "ID ID",
    .summary = "tell why two identifiers are one profile (an id is namespace:value or a value)",
    .example = "portrait why C00000001 13001234567 --runs pipelines/runs",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .least_words = 2,
    .most_words = 2,
    .run = cmd_why,
};
