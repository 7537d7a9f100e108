// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sections that say what is read and who is who: sources, events, identity.
#include "sections.h"

#define RECORD_DEFAULT ((int64_t)1 << 20)
#define RECORD_LARGEST ((int64_t)16 << 20)
#define RECORD_SMALLEST ((int64_t)1 << 10)

void *section_items(struct pipeline *p, const struct fields *f, size_t size, size_t *n)
{
    *n = 0;
    if (f->map->n == 0) {
        return NULL;
    }
    void *items = arena_zero(&p->arena, f->map->n, size);
    if (items == NULL) {
        f->diags->out_of_memory = true;
        return NULL;
    }
    *n = f->map->n;
    return items;
}

void section_list(const struct fields *f, const char *key, struct node_list *out)
{
    fields_nodes(f, key, &out->items, &out->n);
}

void section_named(struct pipeline *p, const struct node *node, struct diags *diags,
                   const char *owner, struct named_node **out, size_t *n)
{
    struct fields f;
    *n = 0;
    if (!fields_of(&f, node, diags, &p->arena, "%s", owner)) {
        return;
    }
    size_t pairs = 0;
    struct named_node *items = section_items(p, &f, sizeof *items, &pairs);
    for (size_t i = 0; i < pairs; i++) {
        const struct node_pair *pair = &f.map->pairs[i];
        if (pair->value->kind != NODE_SCALAR) {
            fields_wrong(&f, pair->value->kind == NODE_NULL ? pair->key : pair->value,
                         pair->key->text.p, "an expression");
            continue;
        }
        if (fields_is_name(&f, pair->key)) {
            items[(*n)++] = (struct named_node){pair->key->text.p, pair->key, pair->value};
        }
    }
    *out = items;
}

// Whom a source may call: "host" or "host:port", as in a plugin's manifest.
static bool is_peer(struct text host)
{
    size_t i = 0;
    while (i < host.n && ((host.p[i] >= 'a' && host.p[i] <= 'z') ||
                          (host.p[i] != '\0' && strchr("0123456789.-:[]", host.p[i]) != NULL))) {
        i++;
    }
    return i == host.n && i > 0;
}

static void read_network(struct pipeline *p, const struct node *node, struct diags *diags,
                         struct pipeline_source *out)
{
    struct fields f;
    if (!fields_of(&f, node, diags, &p->arena, "`network` of source `%s`", out->name)) {
        return;
    }
    FIELDS_KNOWN(&f, "hosts", "allow_http", "allow_private");
    if (node != NULL) {
        fields_need(&f, "hosts");
    }
    section_list(&f, "hosts", &out->network.hosts);
    for (size_t i = 0; i < out->network.hosts.n; i++) {
        if (!is_peer(out->network.hosts.items[i]->text)) {
            fields_wrong(&f, out->network.hosts.items[i], "hosts",
                         "host or host:port, in lower case");
        }
    }
    fields_bool(&f, "allow_http", &out->network.allow_http);
    fields_bool(&f, "allow_private", &out->network.allow_private);
}

static void read_source(struct pipeline *p, const struct node_pair *pair, struct diags *diags,
                        struct pipeline_source *out)
{
    struct fields f;
    *out = (struct pipeline_source){
        .name = pair->key->text.p, .key = pair->key, .max_record = RECORD_DEFAULT};
    if (!fields_of(&f, pair->value, diags, &p->arena, "source `%s`", out->name)) {
        return;
    }
    fields_is_name(&f, pair->key);
    FIELDS_KNOWN(&f, "plugin", "with", "where", "time", "static", "consents", "max_record",
                 "network");
    out->plugin = fields_need(&f, "plugin");
    if (out->plugin != NULL && out->plugin->kind != NODE_SCALAR) {
        fields_wrong(&f, out->plugin, "plugin", "a plugin's name");
        out->plugin = NULL;
    }
    out->with = fields_get(&f, "with");
    out->where = fields_scalar(&f, "where");
    out->time = fields_scalar(&f, "time");
    section_list(&f, "static", &out->statics);
    fields_size(&f, "max_record", &out->max_record);
    if (out->max_record > RECORD_LARGEST || out->max_record < RECORD_SMALLEST) {
        fields_wrong(&f, fields_get(&f, "max_record"), "max_record", "between 1KiB and 16MiB");
    }
    struct named_node *consents = NULL;
    section_named(p, fields_get(&f, "consents"), diags, f.owner, &consents, &out->n_consents);
    out->consents = consents;
    read_network(p, fields_get(&f, "network"), diags, out);
}

void section_sources(struct pipeline *p, const struct node *node, struct diags *diags)
{
    struct fields f;
    if (!fields_of(&f, node, diags, &p->arena, "`sources`")) {
        return;
    }
    p->sources = section_items(p, &f, sizeof *p->sources, &p->n_sources);
    for (size_t i = 0; i < p->n_sources; i++) {
        read_source(p, &f.map->pairs[i], diags, &p->sources[i]);
    }
}

void section_events(struct pipeline *p, const struct node *node, struct diags *diags)
{
    struct fields all;
    if (!fields_of(&all, node, diags, &p->arena, "`events`")) {
        return;
    }
    p->events = section_items(p, &all, sizeof *p->events, &p->n_events);
    for (size_t i = 0; i < p->n_events; i++) {
        const struct node_pair *pair = &all.map->pairs[i];
        struct pipeline_event *event = &p->events[i];
        *event = (struct pipeline_event){.name = pair->key->text.p, .key = pair->key};
        struct fields f;
        if (!fields_of(&f, pair->value, diags, &p->arena, "event `%s`", event->name)) {
            continue;
        }
        fields_is_name(&f, pair->key);
        FIELDS_KNOWN(&f, "from", "where");
        if (fields_need(&f, "from") != NULL) {
            event->from = fields_scalar(&f, "from");
        }
        event->where = fields_scalar(&f, "where");
    }
}

static void read_namespaces(struct pipeline *p, const struct node *node, struct diags *diags)
{
    struct fields all;
    if (!fields_of(&all, node, diags, &p->arena, "`identity.namespaces`")) {
        return;
    }
    p->namespaces = section_items(p, &all, sizeof *p->namespaces, &p->n_namespaces);
    for (size_t i = 0; i < p->n_namespaces; i++) {
        const struct node_pair *pair = &all.map->pairs[i];
        struct pipeline_namespace *ns = &p->namespaces[i];
        *ns = (struct pipeline_namespace){.name = pair->key->text.p, .key = pair->key};
        struct fields f;
        if (!fields_of(&f, pair->value, diags, &p->arena, "namespace `%s`", ns->name)) {
            continue;
        }
        fields_is_name(&f, pair->key);
        FIELDS_KNOWN(&f, "class", "known_in", "normalize", "reject");
        if (fields_need(&f, "class") != NULL) {
            ns->class_ = fields_scalar(&f, "class");
        }
        ns->known_in = fields_scalar(&f, "known_in");
        ns->normalize = fields_scalar(&f, "normalize");
        ns->has_reject = fields_get(&f, "reject") != NULL;
        section_list(&f, "reject", &ns->reject);
    }
}

static void read_rows(struct pipeline *p, const struct node *node, struct diags *diags)
{
    struct fields all;
    if (!fields_of(&all, node, diags, &p->arena, "`identity.rows`")) {
        return;
    }
    p->rows = section_items(p, &all, sizeof *p->rows, &p->n_rows);
    for (size_t i = 0; i < p->n_rows; i++) {
        const struct node_pair *pair = &all.map->pairs[i];
        char owner[128];
        snprintf(owner, sizeof owner, "`identity.rows` of `%s`", pair->key->text.p);
        struct named_node *ids = NULL;
        p->rows[i].source = pair->key;
        section_named(p, pair->value, diags, owner, &ids, &p->rows[i].n_ids);
        p->rows[i].ids = ids;
    }
}

static void read_limits(struct pipeline *p, const struct node *node, struct diags *diags)
{
    struct fields f;
    if (!fields_of(&f, node, diags, &p->arena, "`identity.limits`")) {
        return;
    }
    FIELDS_KNOWN(&f, "ids_per_profile", "shared_device");
    fields_i64(&f, "ids_per_profile", &p->ids_per_profile);
    if (p->ids_per_profile < 1 || p->ids_per_profile > UINT32_MAX) {
        fields_wrong(&f, fields_get(&f, "ids_per_profile"), "ids_per_profile", "at least 1");
    }
    const struct node *shared = fields_scalar(&f, "shared_device");
    if (shared != NULL && !text_is(shared->text, "majority") &&
        !text_is(shared->text, "anonymous")) {
        fields_wrong(&f, shared, "shared_device", "`majority` or `anonymous`");
    }
    p->is_shared_anonymous = shared != NULL && text_is(shared->text, "anonymous");
}

void section_identity(struct pipeline *p, const struct node *node, struct diags *diags)
{
    struct fields f;
    if (!fields_of(&f, node, diags, &p->arena, "`identity`")) {
        return;
    }
    FIELDS_KNOWN(&f, "namespaces", "rows", "limits");
    read_namespaces(p, fields_get(&f, "namespaces"), diags);
    read_rows(p, fields_get(&f, "rows"), diags);
    read_limits(p, fields_get(&f, "limits"), diags);
}
