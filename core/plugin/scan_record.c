// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "scan_record.h"

#include "option_row.h"

#define NO_TEXT UINT32_MAX
#define COMPONENT_BYTES_LEAST 32u // no component takes fewer
#define OPTION_BYTES_LEAST 64u

// A record being read into an arena.
struct reading {
    struct scan_bytes in;
    struct arena *arena;
    bool is_out_of_memory;
};

void scan_put_u32(struct str *out, uint32_t value)
{
    const char bytes[4] = {(char)value, (char)(value >> 8), (char)(value >> 16),
                           (char)(value >> 24)};
    str_add_n(out, bytes, sizeof bytes);
}

static void put_u64(struct str *out, uint64_t value)
{
    scan_put_u32(out, (uint32_t)value);
    scan_put_u32(out, (uint32_t)(value >> 32));
}

static void put_f64(struct str *out, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    put_u64(out, bits);
}

void scan_put_text(struct str *out, struct text text)
{
    scan_put_u32(out, text.p == NULL ? NO_TEXT : (uint32_t)text.n);
    str_add_n(out, text.p, text.p == NULL ? 0 : text.n);
}

static void put_string(struct str *out, const char *text)
{
    scan_put_text(out, text_of(text));
}

static void put_option(struct str *out, const struct option_row *o)
{
    const uint32_t numbers[] = {(uint32_t)o->type, o->flags, o->offset, o->elem_size};
    const char *const texts[] = {o->name,    o->help,    o->unit,  o->default_text,
                                 o->pattern, o->example, o->since, o->replaced_by};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        scan_put_u32(out, numbers[i]);
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put_string(out, texts[i]);
    }
    put_u64(out, (uint64_t)o->i_min);
    put_u64(out, (uint64_t)o->i_max);
    put_f64(out, o->f_min);
    put_f64(out, o->f_max);
    scan_put_u32(out, o->n_choices);
    for (uint32_t i = 0; i < o->n_choices; i++) {
        put_string(out, o->choices[i]);
    }
    scan_put_u32(out, o->n_fields);
    for (uint32_t i = 0; i < o->n_fields; i++) {
        put_option(out, &o->fields[i]);
    }
}

bool scan_record_write(const struct plugin_info *info, struct str *out)
{
    const char *const texts[] = {info->id, info->version, info->vendor, info->license,
                                 info->summary};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put_string(out, texts[i]);
    }
    scan_put_u32(out, info->n_components);
    for (uint32_t i = 0; i < info->n_components; i++) {
        const struct component_info *c = &info->components[i];
        scan_put_u32(out, (uint32_t)c->kind);
        scan_put_u32(out, (uint32_t)c->threads);
        scan_put_u32(out, c->config_size);
        put_u64(out, c->caps);
        put_string(out, c->name);
        put_string(out, c->summary);
        scan_put_u32(out, c->n_options);
        for (uint32_t k = 0; k < c->n_options; k++) {
            put_option(out, &c->options[k]);
        }
    }
    return !out->failed;
}

uint32_t scan_get_u32(struct scan_bytes *in)
{
    if (in->is_bad || in->left < 4) {
        in->is_bad = true;
        return 0;
    }
    const uint8_t *p = in->p;
    in->p += 4;
    in->left -= 4;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get_u64(struct scan_bytes *in)
{
    uint64_t low = scan_get_u32(in);
    return low | (uint64_t)scan_get_u32(in) << 32;
}

static double get_f64(struct scan_bytes *in)
{
    uint64_t bits = get_u64(in);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

struct text scan_get_text(struct scan_bytes *in)
{
    uint32_t n = scan_get_u32(in);
    if (in->is_bad || n == NO_TEXT) {
        return (struct text){0};
    }
    if (n > in->left) {
        in->is_bad = true;
        return (struct text){0};
    }
    struct text out = {(const char *)in->p, n};
    in->p += n;
    in->left -= n;
    return out;
}

// A count of things that take at least `least` bytes each, so that no lie makes us allocate much.
static uint32_t get_count(struct scan_bytes *in, size_t least)
{
    uint32_t n = scan_get_u32(in);
    if (n > in->left / least) {
        in->is_bad = true;
        return 0;
    }
    return n;
}

static const char *get_string(struct reading *r)
{
    struct text text = scan_get_text(&r->in);
    if (text.p == NULL) {
        return NULL;
    }
    if (memchr(text.p, '\0', text.n) != NULL || !text_is_utf8(text, NULL)) {
        r->in.is_bad = true;
        return NULL;
    }
    const char *copy = arena_strndup(r->arena, text.p, text.n);
    r->is_out_of_memory |= copy == NULL;
    return copy;
}

static const char *get_needed(struct reading *r)
{
    const char *text = get_string(r);
    r->in.is_bad |= text == NULL;
    return text;
}

static const struct option_row *get_options(struct reading *r, uint32_t n, uint32_t depth);

static const char *const *get_choices(struct reading *r, uint32_t n)
{
    const char **choices = arena_zero(r->arena, n, sizeof *choices);
    r->is_out_of_memory |= choices == NULL;
    for (uint32_t i = 0; choices != NULL && i < n; i++) {
        choices[i] = get_needed(r);
    }
    return choices;
}

static void get_option(struct reading *r, struct option_row *o, uint32_t depth)
{
    o->type = (pt_option_type)scan_get_u32(&r->in);
    o->flags = scan_get_u32(&r->in);
    o->offset = scan_get_u32(&r->in);
    o->elem_size = scan_get_u32(&r->in);
    const char **const texts[] = {&o->name,    &o->help,    &o->unit,  &o->default_text,
                                  &o->pattern, &o->example, &o->since, &o->replaced_by};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = get_string(r);
    }
    o->i_min = (int64_t)get_u64(&r->in);
    o->i_max = (int64_t)get_u64(&r->in);
    o->f_min = get_f64(&r->in);
    o->f_max = get_f64(&r->in);
    o->n_choices = get_count(&r->in, 4);
    o->choices = get_choices(r, o->n_choices);
    o->n_fields = get_count(&r->in, OPTION_BYTES_LEAST);
    o->fields = get_options(r, o->n_fields, depth + 1);
    r->in.is_bad |= o->type < PT_OPT_BOOL || o->type > PT_OPT_OBJECT;
}

static const struct option_row *get_options(struct reading *r, uint32_t n, uint32_t depth)
{
    if (depth > OPTION_DEPTH_MAX || r->in.is_bad) {
        r->in.is_bad = true;
        return NULL;
    }
    struct option_row *rows = arena_zero(r->arena, n, sizeof *rows);
    r->is_out_of_memory |= rows == NULL;
    for (uint32_t i = 0; rows != NULL && i < n && !r->in.is_bad; i++) {
        get_option(r, &rows[i], depth);
        r->in.is_bad |= depth == 0 && rows[i].name == NULL;
    }
    return rows;
}

static void get_component(struct reading *r, struct component_info *c)
{
    c->kind = (pt_kind)scan_get_u32(&r->in);
    c->threads = (pt_thread_model)scan_get_u32(&r->in);
    c->config_size = scan_get_u32(&r->in);
    c->caps = get_u64(&r->in);
    c->name = get_needed(r);
    c->summary = get_string(r);
    c->n_options = get_count(&r->in, OPTION_BYTES_LEAST);
    c->options = get_options(r, c->n_options, 0);
    r->in.is_bad |= c->kind < PT_KIND_SOURCE || c->kind > PT_KIND_SINK;
    r->in.is_bad |= c->threads < PT_THREADS_SERIAL_PROCESS || c->threads > PT_THREADS_PARALLEL;
}

pt_status scan_record_read(struct text bytes, struct arena *arena, struct plugin_info *info,
                           struct pt_error *err)
{
    struct reading r = {{(const uint8_t *)bytes.p, bytes.n, false}, arena, false};
    struct plugin_info read = *info;
    read.id = get_needed(&r);
    read.version = get_needed(&r);
    read.vendor = get_string(&r);
    read.license = get_string(&r);
    read.summary = get_string(&r);
    read.n_components = get_count(&r.in, COMPONENT_BYTES_LEAST);
    struct component_info *components = arena_zero(arena, read.n_components, sizeof *components);
    r.is_out_of_memory |= components == NULL;
    for (uint32_t i = 0; components != NULL && i < read.n_components && !r.in.is_bad; i++) {
        components[i].plugin = info;
        get_component(&r, &components[i]);
    }
    if (r.is_out_of_memory) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a plugin's description");
    }
    if (r.in.is_bad || r.in.left > 0 || read.n_components == 0) {
        FAIL(err, PT_E_DATA, "it describes itself in bytes that make no sense");
    }
    read.components = components;
    *info = read;
    return PT_OK;
}
