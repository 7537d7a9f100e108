// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Every struct is copied into a zeroed one of the host's size before a field is read, so that a
// plugin built with shorter or longer structs is read alike. What minor 1 had is the floor.
#include "descriptor.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <portrait/model.h>
#include <portrait/sink.h>
#include <portrait/source.h>

#include "config.h"
#include "option_row.h"

#define COMPONENTS_MAX 64
#define CONFIG_BYTES_MAX (1u << 20)
#define TEXT_MAX 4096
#define NAME_MAX_BYTES 64

#define END_OF(type, field) ((uint32_t)(offsetof(type, field) + sizeof(((type *)0)->field)))

// Copies what `in` says it has, at most `host_size`, into the zeroed `out`.
static pt_status copy_struct(const void *in, uint32_t host_size, uint32_t floor, void *out,
                             struct pt_error *err)
{
    if (in == NULL) {
        FAIL(err, PT_E_DATA, "it is missing");
    }
    uint32_t size = 0;
    memcpy(&size, in, sizeof size); // struct_size is the first field of every struct
    if (size < floor) {
        FAIL(err, PT_E_DATA, "struct_size is %u where at least %u is needed", size, floor);
    }
    memset(out, 0, host_size);
    memcpy(out, in, size < host_size ? size : host_size);
    return PT_OK;
}

static pt_status check_version(const pt_plugin *p, struct pt_error *err)
{
    if (p->abi_major != PT_ABI_MAJOR) {
        FAIL(err, PT_E_UNSUPPORTED,
             "it is built for plugin ABI %u.%u and this host has %d.%d: install the plugin's "
             "version for ABI %d",
             p->abi_major, p->abi_minor, PT_ABI_MAJOR, PT_ABI_MINOR, PT_ABI_MAJOR);
    }
    if (p->min_host_minor > PT_ABI_MINOR) {
        FAIL(err, PT_E_UNSUPPORTED,
             "it needs a host with plugin ABI %u.%u or later and this host has %d.%d: install a "
             "newer portrait",
             p->abi_major, p->min_host_minor, PT_ABI_MAJOR, PT_ABI_MINOR);
    }
    return PT_OK;
}

// Only `allowed` characters, the first one a letter a-z.
static bool is_spelt(const char *text, const char *allowed)
{
    return text != NULL && text[0] >= 'a' && text[0] <= 'z' && text[strspn(text, allowed)] == '\0';
}

static bool is_plugin_id(const char *id)
{
    const char *dot = id == NULL ? NULL : strchr(id, '.');
    return is_spelt(id, "abcdefghijklmnopqrstuvwxyz0123456789.-_") && dot != NULL && dot[1] != '\0';
}

// Three numbers with dots, then nothing or - or + (https://semver.org).
static bool is_version(const char *text)
{
    for (int part = 0; text != NULL && part < 3; part++) {
        if (!isdigit((unsigned char)*text)) {
            return false;
        }
        text += strspn(text, "0123456789");
        if (part < 2 && *text++ != '.') {
            return false;
        }
    }
    return text != NULL && (*text == '\0' || *text == '-' || *text == '+');
}

static pt_status copy_identity(const pt_plugin *p, struct arena *arena, struct plugin_info *out,
                               struct pt_error *err)
{
    const struct {
        struct plugin_text text;
        const char **out;
    } texts[] = {
        {{p->id, "the plugin's id", NAME_MAX_BYTES}, &out->id},
        {{p->version, "the version", NAME_MAX_BYTES}, &out->version},
        {{p->vendor, "the vendor", TEXT_MAX}, &out->vendor},
        {{p->license, "the license", TEXT_MAX}, &out->license},
        {{p->summary, "the summary", TEXT_MAX}, &out->summary},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        TRY(plugin_text_copy(arena, &texts[i].text, texts[i].out, err));
    }
    if (!is_plugin_id(out->id)) {
        FAIL(err, PT_E_DATA, "its id `%s` is not of the form org.name",
             out->id == NULL ? "" : out->id);
    }
    if (!is_version(out->version)) {
        FAIL(err, PT_E_DATA, "its version `%s` is no semantic version",
             out->version == NULL ? "" : out->version);
    }
    return PT_OK;
}

// Slots that must be set, as offsets into a vtable.
struct slot_rule {
    size_t offset;
    const char *name;
};

#define SLOT(type, field) {offsetof(type, field), #field}

static const struct slot_rule source_slots[] = {
    SLOT(pt_source_vtable, create),
    SLOT(pt_source_vtable, destroy),
    SLOT(pt_source_vtable, discover),
    SLOT(pt_source_vtable, bind),
    SLOT(pt_source_vtable, plan),
    SLOT(pt_source_vtable, open),
    {0, NULL},
};

static const struct slot_rule model_slots[] = {
    SLOT(pt_model_vtable, create),   SLOT(pt_model_vtable, destroy),
    SLOT(pt_model_vtable, describe), SLOT(pt_model_vtable, outputs),
    SLOT(pt_model_vtable, fit),      SLOT(pt_model_vtable, predict),
    SLOT(pt_model_vtable, save),     SLOT(pt_model_vtable, load),
    SLOT(pt_model_vtable, explain),  {0, NULL},
};

static const struct slot_rule file_sink_slots[] = {
    SLOT(pt_sink_vtable, create),      SLOT(pt_sink_vtable, destroy), SLOT(pt_sink_vtable, begin),
    SLOT(pt_sink_vtable, render_file), SLOT(pt_sink_vtable, finish),  {0, NULL},
};

static const struct slot_rule delivery_sink_slots[] = {
    SLOT(pt_sink_vtable, create),  SLOT(pt_sink_vtable, destroy),
    SLOT(pt_sink_vtable, begin),   SLOT(pt_sink_vtable, render_bodies),
    SLOT(pt_sink_vtable, finish),  SLOT(pt_sink_vtable, request),
    SLOT(pt_sink_vtable, verdict), {0, NULL},
};

struct vtable_rule {
    uint32_t size;
    uint32_t floor;
    const struct slot_rule *slots;
};

static bool vtable_rule_of(const pt_component *c, struct vtable_rule *out)
{
    switch (c->kind) {
    case PT_KIND_SOURCE:
        *out = (struct vtable_rule){sizeof(pt_source_vtable), END_OF(pt_source_vtable, open),
                                    source_slots};
        return true;
    case PT_KIND_MODEL:
        *out = (struct vtable_rule){sizeof(pt_model_vtable), END_OF(pt_model_vtable, explain),
                                    model_slots};
        return true;
    case PT_KIND_SINK:
        *out = (struct vtable_rule){sizeof(pt_sink_vtable), END_OF(pt_sink_vtable, path),
                                    (c->caps & PT_CAP_DELIVERY) != 0 ? delivery_sink_slots
                                                                     : file_sink_slots};
        return true;
    default:
        return false;
    }
}

static pt_status copy_vtable(const pt_component *c, struct arena *arena, const void **out,
                             struct pt_error *err)
{
    struct vtable_rule rule = {0};
    if (!vtable_rule_of(c, &rule)) {
        FAIL(err, PT_E_UNSUPPORTED, "kind %d is unknown to this host", c->kind);
    }
    unsigned char *copy = arena_zero(arena, 1, rule.size);
    if (copy == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a plugin's description");
    }
    pt_status status = copy_struct(c->vtable, rule.size, rule.floor, copy, err);
    if (status != PT_OK) {
        error_prefix(err, "vtable");
        return status;
    }
    for (const struct slot_rule *slot = rule.slots; slot->name != NULL; slot++) {
        static const unsigned char empty[sizeof(void (*)(void))];
        if (memcmp(copy + slot->offset, empty, sizeof empty) == 0) {
            FAIL(err, PT_E_DATA, "vtable: the slot %s is empty", slot->name);
        }
    }
    *out = copy;
    return PT_OK;
}

static pt_status check_component(const pt_component *c, struct pt_error *err)
{
    if (c->name == NULL || strnlen(c->name, NAME_MAX_BYTES) == NAME_MAX_BYTES ||
        !is_spelt(c->name, "abcdefghijklmnopqrstuvwxyz0123456789-")) {
        FAIL(err, PT_E_DATA, "its name is not of the form [a-z][a-z0-9-]*");
    }
    if (c->threads < PT_THREADS_SERIAL_PROCESS || c->threads > PT_THREADS_PARALLEL) {
        FAIL(err, PT_E_UNSUPPORTED, "thread model %d is unknown to this host", c->threads);
    }
    if (c->config_size > CONFIG_BYTES_MAX) {
        FAIL(err, PT_E_DATA, "a config struct of %u bytes; the limit is %u", c->config_size,
             CONFIG_BYTES_MAX);
    }
    return PT_OK;
}

static pt_status copy_component(const pt_component *in, struct arena *arena,
                                struct component_info *out, struct pt_error *err)
{
    pt_component c = {0};
    TRY(copy_struct(in, sizeof c, END_OF(pt_component, get_extension), &c, err));
    TRY(check_component(&c, err));
    out->kind = c.kind;
    out->threads = c.threads;
    out->caps = c.caps;
    out->config_size = c.config_size;
    out->validate = c.validate;
    out->get_extension = c.get_extension;
    struct plugin_text name = {c.name, "the name", NAME_MAX_BYTES};
    struct plugin_text summary = {c.summary, "the summary", TEXT_MAX};
    TRY(plugin_text_copy(arena, &name, &out->name, err));
    TRY(plugin_text_copy(arena, &summary, &out->summary, err));
    struct option_table table = {c.options, c.n_options, c.config_size};
    TRY(option_rows_copy(&table, arena, &out->options, err));
    out->n_options = c.n_options;
    TRY(copy_vtable(&c, arena, &out->vtable, err));
    return config_check_defaults(out, err);
}

static const char *component_label(const pt_component *in, uint32_t index, char out[96])
{
    bool has_name = in != NULL && in->struct_size >= END_OF(pt_component, name) &&
                    in->name != NULL && strnlen(in->name, NAME_MAX_BYTES) < NAME_MAX_BYTES;
    snprintf(out, 96, "component %s%.64s%s", has_name ? "`" : "", has_name ? in->name : "",
             has_name ? "`" : "");
    if (!has_name) {
        snprintf(out, 96, "component %u", index + 1);
    }
    return out;
}

static pt_status copy_components(const pt_plugin *p, struct arena *arena, struct plugin_info *out,
                                 struct component_info **list, struct pt_error *err)
{
    if (p->n_components == 0 || p->n_components > COMPONENTS_MAX || p->components == NULL) {
        FAIL(err, PT_E_DATA, "%u components; 1 to %d are possible", p->n_components,
             COMPONENTS_MAX);
    }
    struct component_info *components = arena_zero(arena, p->n_components, sizeof *components);
    if (components == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a plugin's description");
    }
    for (uint32_t i = 0; i < p->n_components; i++) {
        char label[96];
        components[i].plugin = out;
        pt_status status = copy_component(p->components[i], arena, &components[i], err);
        if (status != PT_OK) {
            error_prefix(err, "%s", component_label(p->components[i], i, label));
            return status;
        }
    }
    *list = components;
    return PT_OK;
}

pt_status descriptor_copy(const pt_plugin *in, struct arena *arena, struct plugin_info *out,
                          struct pt_error *err)
{
    pt_plugin p = {0};
    struct plugin_info copy = *out;
    pt_status status = copy_struct(in, sizeof p, END_OF(pt_plugin, components), &p, err);
    if (status != PT_OK) {
        error_prefix(err, "descriptor");
        return status;
    }
    TRY(check_version(&p, err));
    TRY(copy_identity(&p, arena, &copy, err));
    struct component_info *components = NULL;
    TRY(copy_components(&p, arena, out, &components, err));
    copy.components = components;
    copy.n_components = p.n_components;
    *out = copy;
    return PT_OK;
}
