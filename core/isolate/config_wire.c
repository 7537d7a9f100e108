// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Values are read and written by memcpy, as in config_value.c: only the plugin knows the type of
// the struct they lie in.
#include "config_wire.h"

#include "mem.h"

struct encoder {
    struct str *out;
    struct config_links *links;
    bool out_of_memory;
};

static void encode_value(struct encoder *e, const struct option_row *row, const char *place);

static void encode_rows(struct encoder *e, const struct option_row *rows, uint32_t n,
                        const char *place)
{
    for (uint32_t i = 0; i < n; i++) {
        encode_value(e, &rows[i], place + rows[i].offset);
    }
}

static void encode_input(struct encoder *e, const char *place)
{
    const pt_input *input = NULL;
    memcpy(&input, place, sizeof input);
    if (input == NULL) {
        wire_put_u32(e->out, 0);
        return;
    }
    struct config_links *l = e->links;
    if (!mem_reserve(&l->inputs, &l->inputs_capacity, l->n_inputs + 1, sizeof *l->inputs)) {
        e->out_of_memory = true;
        return;
    }
    l->inputs[l->n_inputs++] = input;
    wire_put_u32(e->out, (uint32_t)l->n_inputs);
}

static void encode_secret(struct encoder *e, const char *place)
{
    uint32_t secret = 0;
    memcpy(&secret, place, sizeof secret);
    struct config_links *l = e->links;
    if (secret != 0) {
        if (!mem_reserve(&l->secrets, &l->secrets_capacity, l->n_secrets + 1, sizeof *l->secrets)) {
            e->out_of_memory = true;
            return;
        }
        l->secrets[l->n_secrets++] = secret;
    }
    wire_put_u32(e->out, secret);
}

static void encode_list(struct encoder *e, const struct option_row *row, const char *place)
{
    pt_list list;
    memcpy(&list, place, sizeof list);
    wire_put_u32(e->out, list.n);
    for (uint32_t i = 0; i < list.n; i++) {
        encode_value(e, row->fields, (const char *)list.items + (size_t)i * row->elem_size);
    }
}

static void encode_map(struct encoder *e, const struct option_row *row, const char *place)
{
    pt_map map;
    memcpy(&map, place, sizeof map);
    wire_put_u32(e->out, map.n);
    for (uint32_t i = 0; i < map.n; i++) {
        wire_put_text(e->out, map.keys[i]);
        encode_value(e, row->fields, (const char *)map.values + (size_t)i * row->elem_size);
    }
}

static void encode_value(struct encoder *e, const struct option_row *row, const char *place)
{
    const char *text = NULL;
    switch (row->type) {
    case PT_OPT_BOOL:
        str_add_n(e->out, place, sizeof(uint8_t));
        break;
    case PT_OPT_ENUM:
        str_add_n(e->out, place, sizeof(int32_t));
        break;
    case PT_OPT_STRING:
    case PT_OPT_COLUMN:
    case PT_OPT_EXPR:
        memcpy(&text, place, sizeof text);
        wire_put_text(e->out, text);
        break;
    case PT_OPT_SECRET:
        encode_secret(e, place);
        break;
    case PT_OPT_INPUT:
        encode_input(e, place);
        break;
    case PT_OPT_LIST:
        encode_list(e, row, place);
        break;
    case PT_OPT_MAP:
        encode_map(e, row, place);
        break;
    case PT_OPT_OBJECT:
        encode_rows(e, row->fields, row->n_fields, place);
        break;
    default: // I64, F64, SIZE, DURATION, TIME
        str_add_n(e->out, place, sizeof(int64_t));
        break;
    }
}

pt_status config_encode(const struct component_info *component, const void *config, struct str *out,
                        struct config_links *links, struct pt_error *err)
{
    struct encoder e = {.out = out, .links = links};
    encode_rows(&e, component->options, component->n_options, config);
    if (e.out_of_memory || out->failed) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the options of `%s`", component->name);
    }
    return PT_OK;
}

void config_links_release(struct config_links *links)
{
    mem_free(links->inputs);
    mem_free(links->secrets);
    *links = (struct config_links){0};
}

struct decoding {
    const struct config_decoder *to;
    struct wire *in;
    bool out_of_memory;
};

static void decode_value(struct decoding *d, const struct option_row *row, char *place);

static void decode_rows(struct decoding *d, const struct option_row *rows, uint32_t n, char *place)
{
    for (uint32_t i = 0; i < n; i++) {
        decode_value(d, &rows[i], place + rows[i].offset);
    }
}

static const char *decode_text(struct decoding *d)
{
    const char *text = wire_text(d->in);
    const char *copy = text == NULL ? NULL : arena_strdup(d->to->arena, text);
    d->out_of_memory = d->out_of_memory || (text != NULL && copy == NULL);
    return copy;
}

static void decode_input(struct decoding *d, char *place)
{
    uint32_t index = wire_u32(d->in);
    if (index == 0) {
        return;
    }
    pt_input *input = d->to->input(d->to->ctx, index);
    d->out_of_memory = d->out_of_memory || input == NULL;
    memcpy(place, &input, sizeof input);
}

// Values of a list or map; NULL when memory is out or there cannot be so many.
static char *decode_items(struct decoding *d, const struct option_row *row, uint32_t n,
                          const char **keys)
{
    char *items = n > d->in->n ? NULL : arena_zero(d->to->arena, n, row->elem_size);
    d->out_of_memory = d->out_of_memory || items == NULL;
    for (uint32_t i = 0; items != NULL && i < n && !d->in->failed; i++) {
        if (keys != NULL) {
            keys[i] = decode_text(d);
        }
        decode_value(d, row->fields, items + (size_t)i * row->elem_size);
    }
    return items;
}

static void decode_list(struct decoding *d, const struct option_row *row, char *place)
{
    uint32_t n = wire_u32(d->in);
    const pt_list list = {decode_items(d, row, n, NULL), n, row->elem_size};
    memcpy(place, &list, sizeof list);
}

static void decode_map(struct decoding *d, const struct option_row *row, char *place)
{
    uint32_t n = wire_u32(d->in);
    const char **keys = n > d->in->n ? NULL : arena_zero(d->to->arena, n, sizeof *keys);
    if (keys == NULL) {
        d->out_of_memory = true;
        return;
    }
    const pt_map map = {keys, decode_items(d, row, n, keys), n, row->elem_size};
    memcpy(place, &map, sizeof map);
}

static void decode_plain(struct decoding *d, char *place, size_t size)
{
    if (size > d->in->n || d->in->failed) {
        d->in->failed = true;
        return;
    }
    memcpy(place, d->in->p, size);
    d->in->p += size;
    d->in->n -= size;
}

static void decode_value(struct decoding *d, const struct option_row *row, char *place)
{
    const char *text = NULL;
    switch (row->type) {
    case PT_OPT_BOOL:
        decode_plain(d, place, sizeof(uint8_t));
        break;
    case PT_OPT_ENUM:
    case PT_OPT_SECRET:
        decode_plain(d, place, sizeof(int32_t));
        break;
    case PT_OPT_STRING:
    case PT_OPT_COLUMN:
    case PT_OPT_EXPR:
        text = decode_text(d);
        memcpy(place, &text, sizeof text);
        break;
    case PT_OPT_INPUT:
        decode_input(d, place);
        break;
    case PT_OPT_LIST:
        decode_list(d, row, place);
        break;
    case PT_OPT_MAP:
        decode_map(d, row, place);
        break;
    case PT_OPT_OBJECT:
        decode_rows(d, row->fields, row->n_fields, place);
        break;
    default:
        decode_plain(d, place, sizeof(int64_t));
        break;
    }
}

pt_status config_decode(const struct component_info *component, struct wire *in,
                        const struct config_decoder *decoder, void **out, struct pt_error *err)
{
    struct decoding d = {.to = decoder, .in = in};
    char *values = arena_zero(decoder->arena, 1, component->config_size);
    if (values == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the options of `%s`", component->name);
    }
    decode_rows(&d, component->options, component->n_options, values);
    if (in->failed) {
        FAIL(err, PT_E_INTERNAL, "the options of `%s` are not those of the host", component->name);
    }
    if (d.out_of_memory) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the options of `%s`", component->name);
    }
    *out = values;
    return PT_OK;
}
