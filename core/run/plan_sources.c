// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Plan, sources: find the plugin, fill its options, read headers and samples, settle the time
// column and the filter.
#include "plan_parts.h"

int32_t plan_source_find(const struct plan *p, struct text name)
{
    for (size_t i = 0; i < p->pipeline->n_sources; i++) {
        if (text_is(name, p->pipeline->sources[i].name)) {
            return (int32_t)i;
        }
    }
    return -1;
}

static bool name_columns(struct plan *p, struct plan_source *s)
{
    const struct schema *schema = &s->instance.schema;
    s->n_names = schema->n + 2;
    s->names = plan_alloc(p, s->n_names, sizeof *s->names);
    s->used = plan_alloc(p, s->n_names, 1);
    if (s->names == NULL || s->used == NULL) {
        return false;
    }
    for (size_t i = 0; i < schema->n; i++) {
        s->names[i] = (struct expr_name){schema->fields[i].name, schema->fields[i].type};
    }
    s->names[schema->n] = (struct expr_name){"row", VEC_I64};
    s->names[schema->n + 1] = (struct expr_name){"as_of", VEC_TIME};
    return true;
}

static void hint_column(const struct plan_source *s, const char *wrong, char hint[160])
{
    const char *names[256];
    size_t n = 0;
    for (; n < s->n_names && n < 256; n++) {
        names[n] = s->names[n].name;
    }
    plan_hint(wrong, names, n, hint);
}

static int32_t find_column(struct plan *p, const struct plan_source *s, const struct node *at)
{
    ptrdiff_t i = schema_find(&s->instance.schema, at->text.p);
    if (i < 0) {
        char hint[160];
        hint_column(s, at->text.p, hint);
        plan_fault(p, "P0204", at, hint, "source `%s` has no column `%s`", s->written->name,
                   at->text.p);
    }
    return (int32_t)i;
}

static void settle_time(struct plan *p, struct plan_source *s)
{
    const struct node *written = s->written->time;
    s->time = -1;
    if (written == NULL) {
        if (s->instance.time_column != NULL) {
            s->time = (int32_t)schema_find(&s->instance.schema, s->instance.time_column);
        }
    } else if (!text_is(written->text, "none")) {
        s->time = find_column(p, s, written);
        if (s->time >= 0 && s->names[s->time].type != VEC_TIME) {
            plan_fault(p, "P0403", written, "declare the column as a time",
                       "column `%s` is %s, not a time", written->text.p,
                       vec_type_name(s->names[s->time].type));
            s->time = -1;
        }
        s->is_time_told = s->time < 0;
    }
    if (s->time >= 0) {
        s->used[s->time] = 1;
    }
}

static bool may_ask(const struct plugin_info *plugin, const char *host)
{
    // Whoever runs in this process without a manifest is trusted with what the pipeline says.
    bool is_free = plugin->grant.n_hosts == 0 && plugin->grant.signer == NULL;
    for (size_t i = 0; i < plugin->grant.n_hosts; i++) {
        if (strcmp(plugin->grant.hosts[i], host) == 0) {
            return true;
        }
    }
    return is_free && !plugin->is_isolated;
}

// What the pipeline grants and the plugin's manifest asks for. False when the two do not agree.
static bool open_network(struct plan *p, const struct pipeline_source *w,
                         const struct component_info *component, const pt_host **host)
{
    const struct node_list *hosts = &w->network.hosts;
    const char **names = plan_alloc(p, hosts->n, sizeof *names);
    if (names == NULL) {
        return false;
    }
    if (hosts->n > 0 && (component->caps & PT_CAP_NETWORK) == 0) {
        plan_fault(p, "P0504", hosts->items[0], "", "source plugin `%s` calls nobody",
                   component->name);
        return false;
    }
    for (size_t i = 0; i < hosts->n; i++) {
        names[i] = hosts->items[i]->text.p;
        if (!may_ask(component->plugin, names[i])) {
            plan_fault(p, "P0504", hosts->items[i], "see `permissions` of its manifest",
                       "plugin `%s` (%s) does not ask for the host `%s`", component->name,
                       component->plugin->id, names[i]);
            return false;
        }
    }
    const struct host_network network = {.hosts = names,
                                         .n_hosts = hosts->n,
                                         .allow_http = w->network.allow_http,
                                         .allow_private = w->network.allow_private};
    return host_services_reach(p->host, &network, host, NULL) == PT_OK || plan_no_memory(p) != NULL;
}

static void open_source(struct plan *p, struct plan_source *s)
{
    const struct pipeline_source *w = s->written;
    const struct component_info *component = plan_component(p, PT_KIND_SOURCE, w->plugin);
    if (component == NULL) {
        return;
    }
    char owner[192];
    snprintf(owner, sizeof owner, "source `%s` (%s %s)", w->name, component->name,
             component->plugin->version);
    const pt_host *host = NULL;
    if (!open_network(p, w, component, &host)) {
        return;
    }
    const struct config_services services = plan_services(p);
    struct config *config = plan_config(p, component, w->with, w->key, owner, &services);
    if (config == NULL) {
        return;
    }
    struct pt_error err = ERROR_INIT;
    if (source_instance_open(&s->instance, component, config, host, p->zone, &err) != PT_OK) {
        plan_error(p, "P0502", w->key, owner, &err);
        return;
    }
    s->is_open = name_columns(p, s);
}

void plan_add_sources(struct plan *p)
{
    p->sources = plan_alloc(p, p->pipeline->n_sources, sizeof *p->sources);
    for (size_t i = 0; p->sources != NULL && i < p->pipeline->n_sources; i++) {
        struct plan_source *s = &p->sources[i];
        s->written = &p->pipeline->sources[i];
        open_source(p, s);
        if (!s->is_open) {
            continue;
        }
        settle_time(p, s);
        if (s->written->where != NULL) {
            s->where = plan_source_expr(p, (uint32_t)i, s->written->where, true);
        }
    }
    p->n_source_inputs = host_services_n_inputs(p->host);
}
