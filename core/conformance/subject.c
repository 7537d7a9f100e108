// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "subject.h"

#include <portrait/model.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "alloc_hook.h"
#include "clock.h"
#include "component.h"
#include "fsys.h"
#include "scan.h"
#include "yaml_reader.h"

#define FAULTS_TOLD 8

static PT_PRINTF(3, 0) void tell(struct subject *s, char kind, const char *format, va_list args)
{
    struct str line = {0};
    str_add_char(&line, kind);
    str_vaddf(&line, format, args);
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '\n' || line.p[i] == '\0') {
            line.p[i] = ' ';
        }
    }
    str_add_char(&line, '\n');
    if (!line.failed) {
        // A parent that is gone needs no answer.
        (void)fsys_write_all(s->out, line.p, line.n);
    }
    str_release(&line);
}

void subject_fault(struct subject *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (s->n_faults++ < FAULTS_TOLD) {
        tell(s, 'F', format, args);
    }
    va_end(args);
}

void subject_at(struct subject *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(s, 'P', format, args);
    va_end(args);
}

void subject_skip(struct subject *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(s, 'S', format, args);
    va_end(args);
}

bool subject_has_time(const struct subject *s)
{
    return clock_monotonic_us() < s->end_us;
}

void subject_status(struct subject *s, pt_status status, const char *call)
{
    if (status < PT_OK || status > PT_E_INTERNAL) {
        subject_fault(s, "%s returns status %d, which does not exist", call, status);
    }
}

bool subject_good(struct subject *s, pt_status status, const char *call, const struct pt_error *err)
{
    subject_status(s, status, call);
    if (status != PT_OK) {
        subject_fault(s, "%s fails: %s", call,
                      err->message[0] == '\0' ? error_name(status) : err->message);
    }
    return status == PT_OK;
}

uint64_t digest_add(uint64_t seed, const void *data, size_t n)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < n; i++) {
        seed = (seed ^ p[i]) * UINT64_C(0x100000001b3);
    }
    return seed;
}

pt_status page_write(void *ctx, const void *data, uint64_t size, struct pt_error *err)
{
    struct page *page = ctx;
    if (++page->calls == page->fail_at) {
        FAIL(err, PT_E_IO, "the disk is full");
    }
    if (!str_add_n(&page->text, data, size)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    return PT_OK;
}

// --with KEY=VALUE as the node of `with:`; VALUE is YAML.
static bool add_option(struct subject *s, const char *setting, struct node **key,
                       struct node **value)
{
    const char *equals = strchr(setting, '=');
    char *name =
        equals == NULL ? NULL : arena_strndup(&s->arena, setting, (size_t)(equals - setting));
    if (name == NULL || equals == setting) {
        subject_fault(s, "--with takes KEY=VALUE, not `%s`", setting);
        return false;
    }
    *key = node_scalar(&s->arena, name);
    return yaml_read(&s->arena, "--with", text_of(equals + 1), &s->diags, value) == PT_OK;
}

static bool has_option(const struct component_info *c, const char *name)
{
    for (uint32_t i = 0; i < c->n_options; i++) {
        if (strcmp(c->options[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static const struct node *options_node(struct subject *s, const char *path)
{
    const struct conformance_request *q = s->request;
    struct node **keys = arena_zero(&s->arena, q->n_with + 1, sizeof(struct node *));
    struct node **values = arena_zero(&s->arena, q->n_with + 1, sizeof(struct node *));
    size_t n = 0;
    for (; n < q->n_with; n++) {
        if (!add_option(s, q->with[n], &keys[n], &values[n])) {
            return NULL;
        }
    }
    if (path != NULL && s->component->kind == PT_KIND_SOURCE && has_option(s->component, "path")) {
        keys[n] = node_scalar(&s->arena, "path");
        values[n++] = node_scalar(&s->arena, path);
    }
    return node_map(&s->arena, n, keys, values);
}

struct config *subject_config(struct subject *s, const char *path)
{
    const struct node *with = options_node(s, path == NULL ? s->request->data : path);
    if (with == NULL) {
        return NULL;
    }
    struct config *config = NULL;
    const struct config_request fill = {
        .component = s->component,
        .with = with,
        .owner = s->component->name,
        .services = host_services_config(s->services),
        .host = s->host,
    };
    if (config_fill(&fill, &s->diags, &config) != PT_OK) {
        for (size_t i = 0; i < s->diags.n; i++) {
            subject_fault(s, "its options: %s; set them by --with and --data",
                          s->diags.items[i].message);
        }
        return NULL;
    }
    return config;
}

static bool load(struct subject *s, uint32_t component, struct pt_error *err)
{
    struct plugin_info *info = arena_zero(&s->arena, 1, sizeof *info);
    struct component_info *other = arena_zero(&s->arena, 1, sizeof *other);
    info->path = s->file->path;
    memcpy(info->sha256, s->file->sha256, sizeof info->sha256);
    if (scan_load(s->file, &s->arena, info, NULL, err) != PT_OK) {
        return false;
    }
    s->here = &info->components[component];
    s->component = s->here;
    if (s->request->proxy != NULL) {
        *other = *s->here;
        other->plugin = info;
        component_isolate(other, s->request->proxy);
        s->component = other;
    }
    return true;
}

bool subject_open(struct subject *s, uint32_t component)
{
    struct pt_error err = ERROR_INIT;
    const struct host_settings settings = {.folder = "/",
                                           .secrets_folder = s->request->secrets_folder,
                                           .cancelled = &s->cancelled,
                                           .now_ms = INT64_C(1750000000000)};
    if (!load(s, component, &err) || host_services_new(&settings, &s->services, &err) != PT_OK) {
        subject_fault(s, "%s", err.message);
        return false;
    }
    s->host = host_services_table(s->services);
    alloc_hook_install(s->here->vtable);
    if (s->component->kind == PT_KIND_SINK) {
        const char *folder = NULL; // what the host keeps for it is there before blocks are counted
        (void)s->host->temp_dir(s->host, &folder, NULL);
    }
    s->config = subject_config(s, NULL);
    return s->config != NULL;
}

void subject_close(struct subject *s)
{
    config_free(s->config);
    host_services_free(s->services);
    diags_release(&s->diags);
    arena_release(&s->arena);
}

pt_status subject_create(struct subject *s, const struct config *config, void **self,
                         struct pt_error *err)
{
    if (s->component->kind == PT_KIND_MODEL) {
        const pt_model_vtable *v = s->component->vtable;
        return v->create(s->host, config_struct(config), self, err);
    }
    return component_create(s->component, s->host, config_struct(config), self, err);
}

pt_status life_once(struct subject *s, uint64_t *digest, struct pt_error *err)
{
    switch (s->component->kind) {
    case PT_KIND_SOURCE:
        return source_life(s, digest, err);
    case PT_KIND_MODEL:
        return model_life(s, digest, err);
    default:
        return sink_life(s, digest, err);
    }
}
