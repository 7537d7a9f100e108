// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "yaml_reader.h"

#include <yaml.h>

#include "mem.h"

// An anchor seen so far; `node` is NULL while its value is being read.
struct anchor {
    char *name;
    struct node *node;
    struct anchor *next;
};

struct reader {
    struct arena *arena;
    const char *file;
    struct diags *diags;
    yaml_parser_t parser;
    struct anchor *anchors;
    size_t n_nodes;
};

static struct position position_of(const struct reader *r, const yaml_mark_t *from,
                                   const yaml_mark_t *to)
{
    size_t length = 1;
    if (to != NULL && to->line == from->line && to->column > from->column) {
        length = to->column - from->column;
    }
    return (struct position){r->file, (uint32_t)from->line + 1, (uint32_t)from->column + 1,
                             (uint32_t)length};
}

static pt_status fault(struct reader *r, const char *code, struct position at, const char *message)
{
    diag_add(r->diags, DIAG_ERROR, code, at, NULL, "%s", message);
    return PT_E_CONFIG;
}

static pt_status no_memory(struct reader *r)
{
    r->diags->out_of_memory = true;
    return PT_E_NO_MEMORY;
}

static pt_status next_event(struct reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event)) {
        return PT_OK;
    }
    if (r->parser.error == YAML_MEMORY_ERROR) {
        return no_memory(r);
    }
    struct position at = position_of(r, &r->parser.problem_mark, NULL);
    const yaml_mark_t *began = &r->parser.context_mark;
    char context[128] = "";
    if (r->parser.context != NULL) {
        snprintf(context, sizeof context, " %.80s that begins at %zu:%zu", r->parser.context,
                 began->line + 1, began->column + 1);
    }
    diag_add(r->diags, DIAG_ERROR, "P0002", at, NULL, "YAML: %s%s",
             r->parser.problem == NULL ? "cannot be read" : r->parser.problem, context);
    return PT_E_CONFIG;
}

static pt_status count_node(struct reader *r, struct position at)
{
    if (++r->n_nodes > YAML_NODES_MAX) {
        return fault(r, "P0008", at, "more than 50,000 values (aliases count each time)");
    }
    return PT_OK;
}

static pt_status node_new(struct reader *r, enum node_kind kind, struct position at,
                          struct node **out)
{
    pt_status status = count_node(r, at);
    if (status != PT_OK) {
        return status;
    }
    struct node *node = arena_zero(r->arena, 1, sizeof *node);
    if (node == NULL) {
        return no_memory(r);
    }
    node->kind = kind;
    node->at = at;
    *out = node;
    return PT_OK;
}

static pt_status node_copy(struct reader *r, const struct node *from, struct node **out)
{
    struct node *copy = NULL;
    pt_status status = node_new(r, from->kind, from->at, &copy);
    if (status != PT_OK) {
        return status;
    }
    *copy = *from;
    if (from->kind == NODE_LIST) {
        copy->items = arena_zero(r->arena, from->n, sizeof *copy->items);
    } else if (from->kind == NODE_MAP) {
        copy->pairs = arena_zero(r->arena, from->n, sizeof *copy->pairs);
    }
    for (size_t i = 0; i < from->n; i++) {
        if (from->kind == NODE_LIST) {
            status =
                copy->items == NULL ? no_memory(r) : node_copy(r, from->items[i], &copy->items[i]);
        } else {
            status = copy->pairs == NULL
                         ? no_memory(r)
                         : node_copy(r, from->pairs[i].value, &copy->pairs[i].value);
            if (status == PT_OK) {
                copy->pairs[i].key = from->pairs[i].key;
            }
        }
        if (status != PT_OK) {
            return status;
        }
    }
    *out = copy;
    return PT_OK;
}

static struct anchor *anchor_find(const struct reader *r, const char *name)
{
    for (struct anchor *a = r->anchors; a != NULL; a = a->next) {
        if (strcmp(a->name, name) == 0) {
            return a;
        }
    }
    return NULL;
}

static pt_status anchor_add(struct reader *r, const yaml_char_t *name, struct anchor **out)
{
    *out = NULL;
    if (name == NULL) {
        return PT_OK;
    }
    struct anchor *a = arena_zero(r->arena, 1, sizeof *a);
    if (a == NULL || (a->name = arena_strdup(r->arena, (const char *)name)) == NULL) {
        return no_memory(r);
    }
    a->next = r->anchors;
    r->anchors = a;
    *out = a;
    return PT_OK;
}

static pt_status check_tag(struct reader *r, const yaml_char_t *tag, struct position at)
{
    if (tag == NULL || strcmp((const char *)tag, "!") == 0 ||
        strcmp((const char *)tag, YAML_STR_TAG) == 0) {
        return PT_OK;
    }
    diag_add(r->diags, DIAG_ERROR, "P0005", at, "leave the tag out", "tag `%s` is not allowed",
             (const char *)tag);
    return PT_E_CONFIG;
}

static bool is_null_text(struct text t)
{
    return t.n == 0 || text_is(t, "~") || text_is(t, "null") || text_is(t, "Null") ||
           text_is(t, "NULL");
}

static pt_status read_value(struct reader *r, yaml_event_t *event, size_t depth, struct node **out);

static pt_status read_scalar(struct reader *r, const yaml_event_t *event, struct node **out)
{
    struct position at = position_of(r, &event->start_mark, &event->end_mark);
    TRY(check_tag(r, event->data.scalar.tag, at));
    struct text text = text_n((const char *)event->data.scalar.value, event->data.scalar.length);
    if (memchr(text.p, '\0', text.n) != NULL) {
        return fault(r, "P0007", at, "a NUL byte in a value");
    }
    bool is_plain =
        event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && event->data.scalar.tag == NULL;
    struct node *node = NULL;
    TRY(node_new(r, is_plain && is_null_text(text) ? NODE_NULL : NODE_SCALAR, at, &node));
    node->is_quoted = !is_plain;
    if (!arena_text(r->arena, text, &node->text)) {
        return no_memory(r);
    }
    *out = node;
    return PT_OK;
}

static pt_status read_list(struct reader *r, size_t depth, struct node *list)
{
    size_t capacity = 0;
    struct node **items = NULL;
    pt_status status = PT_OK;
    for (;;) {
        yaml_event_t event;
        status = next_event(r, &event);
        if (status != PT_OK) {
            goto cleanup;
        }
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        if (!mem_reserve(&items, &capacity, list->n + 1, sizeof(struct node *))) {
            yaml_event_delete(&event);
            status = no_memory(r);
            goto cleanup;
        }
        status = read_value(r, &event, depth + 1, &items[list->n]);
        if (status != PT_OK) {
            goto cleanup;
        }
        list->n++;
    }
    list->items = arena_alloc(r->arena, list->n * sizeof(struct node *));
    if (list->items == NULL) {
        status = no_memory(r);
        goto cleanup;
    }
    if (list->n > 0) {
        memcpy(list->items, items, list->n * sizeof(struct node *));
    }

cleanup:
    mem_free(items);
    return status;
}

static pt_status read_key(struct reader *r, yaml_event_t *event, const struct node_pair *pairs,
                          size_t n, struct node **out)
{
    struct position at = position_of(r, &event->start_mark, &event->end_mark);
    if (event->type != YAML_SCALAR_EVENT) {
        yaml_event_delete(event);
        return fault(r, "P0002", at, "a key must be plain text");
    }
    pt_status status = read_scalar(r, event, out);
    yaml_event_delete(event);
    if (status != PT_OK) {
        return status;
    }
    (*out)->kind = NODE_SCALAR;
    for (size_t i = 0; i < n; i++) {
        if (text_equal(pairs[i].key->text, (*out)->text)) {
            diag_add(r->diags, DIAG_ERROR, "P0003", at, NULL,
                     "key `%s` stands twice (first on line %u)", (*out)->text.p,
                     pairs[i].key->at.line);
            // The second value is dropped here, so nobody learns whether it was to be a secret.
            diags_hide(r->diags, at);
            return PT_E_CONFIG;
        }
    }
    return PT_OK;
}

// Duplicate keys are kept apart from other faults: reading goes on after one.
static pt_status read_pair(struct reader *r, yaml_event_t *event, size_t depth,
                           struct node_pair **pairs, size_t *n, size_t *capacity)
{
    struct node_pair pair = {0};
    pt_status key_status = read_key(r, event, *pairs, *n, &pair.key);
    if (key_status != PT_OK && pair.key == NULL) {
        return key_status;
    }
    yaml_event_t value;
    TRY(next_event(r, &value));
    TRY(read_value(r, &value, depth + 1, &pair.value));
    if (key_status != PT_OK) {
        return PT_OK;
    }
    if (!mem_reserve(pairs, capacity, *n + 1, sizeof **pairs)) {
        return no_memory(r);
    }
    (*pairs)[(*n)++] = pair;
    return PT_OK;
}

static pt_status read_map(struct reader *r, size_t depth, struct node *map)
{
    size_t capacity = 0;
    struct node_pair *pairs = NULL;
    pt_status status = PT_OK;
    for (;;) {
        yaml_event_t event;
        status = next_event(r, &event);
        if (status != PT_OK) {
            goto cleanup;
        }
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        status = read_pair(r, &event, depth, &pairs, &map->n, &capacity);
        if (status != PT_OK) {
            goto cleanup;
        }
    }
    map->pairs = arena_alloc(r->arena, map->n * sizeof *map->pairs);
    if (map->pairs == NULL) {
        status = no_memory(r);
        goto cleanup;
    }
    if (map->n > 0) {
        memcpy(map->pairs, pairs, map->n * sizeof *map->pairs);
    }

cleanup:
    mem_free(pairs);
    return status;
}

static pt_status read_alias(struct reader *r, const yaml_event_t *event, struct node **out)
{
    struct position at = position_of(r, &event->start_mark, &event->end_mark);
    const char *name = (const char *)event->data.alias.anchor;
    const struct anchor *a = anchor_find(r, name);
    if (a == NULL) {
        diag_add(r->diags, DIAG_ERROR, "P0004", at, NULL, "alias `*%s` has no anchor", name);
        return PT_E_CONFIG;
    }
    if (a->node == NULL) {
        diag_add(r->diags, DIAG_ERROR, "P0004", at, NULL, "alias `*%s` contains itself", name);
        return PT_E_CONFIG;
    }
    return node_copy(r, a->node, out);
}

static pt_status read_collection(struct reader *r, yaml_event_t *event, size_t depth,
                                 struct node **out)
{
    bool is_list = event->type == YAML_SEQUENCE_START_EVENT;
    struct position at = position_of(r, &event->start_mark, NULL);
    const yaml_char_t *tag =
        is_list ? event->data.sequence_start.tag : event->data.mapping_start.tag;
    const yaml_char_t *name =
        is_list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor;
    if (depth > YAML_DEPTH_MAX) {
        return fault(r, "P0008", at, "nested deeper than 64 levels");
    }
    struct anchor *anchor = NULL;
    struct node *node = NULL;
    TRY(check_tag(r, tag, at));
    TRY(anchor_add(r, name, &anchor));
    TRY(node_new(r, is_list ? NODE_LIST : NODE_MAP, at, &node));
    TRY(is_list ? read_list(r, depth, node) : read_map(r, depth, node));
    if (anchor != NULL) {
        anchor->node = node;
    }
    *out = node;
    return PT_OK;
}

// Takes the event.
static pt_status read_value(struct reader *r, yaml_event_t *event, size_t depth, struct node **out)
{
    pt_status status = PT_OK;
    struct anchor *anchor = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        status = read_alias(r, event, out);
        break;
    case YAML_SCALAR_EVENT:
        status = anchor_add(r, event->data.scalar.anchor, &anchor);
        if (status == PT_OK) {
            status = read_scalar(r, event, out);
        }
        if (status == PT_OK && anchor != NULL) {
            anchor->node = *out;
        }
        break;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        status = read_collection(r, event, depth, out);
        break;
    default:
        status =
            fault(r, "P0002", position_of(r, &event->start_mark, NULL), "YAML: a value is missing");
        break;
    }
    yaml_event_delete(event);
    return status;
}

static pt_status expect(struct reader *r, yaml_event_type_t type, const char *code,
                        const char *message)
{
    yaml_event_t event;
    TRY(next_event(r, &event));
    struct position at = position_of(r, &event.start_mark, NULL);
    bool is_as_expected = event.type == type;
    yaml_event_delete(&event);
    return is_as_expected ? PT_OK : fault(r, code, at, message);
}

static pt_status read_document(struct reader *r, struct node **out)
{
    yaml_event_t event;
    TRY(expect(r, YAML_STREAM_START_EVENT, "P0002", "YAML: no stream"));
    TRY(next_event(r, &event));
    if (event.type == YAML_STREAM_END_EVENT) {
        struct position at = position_of(r, &event.start_mark, NULL);
        yaml_event_delete(&event);
        return node_new(r, NODE_NULL, at, out);
    }
    yaml_event_delete(&event);
    TRY(next_event(r, &event));
    TRY(read_value(r, &event, 1, out));
    TRY(expect(r, YAML_DOCUMENT_END_EVENT, "P0002", "YAML: text after the document"));
    return expect(r, YAML_STREAM_END_EVENT, "P0006", "a second document; one pipeline a file");
}

static struct position position_at_byte(const char *file, struct text source, size_t offset)
{
    struct position at = {file, 1, 1, 1};
    for (size_t i = 0; i < offset; i++) {
        if (source.p[i] == '\n') {
            at.line++;
            at.column = 1;
        } else if (((unsigned char)source.p[i] & 0xC0) != 0x80) {
            at.column++;
        }
    }
    return at;
}

static pt_status check_bytes(struct reader *r, struct text source)
{
    if (source.n > YAML_BYTES_MAX) {
        return fault(r, "P0008", (struct position){r->file, 1, 1, 1}, "larger than 1 MiB");
    }
    size_t bad_at = 0;
    if (!text_is_utf8(source, &bad_at)) {
        return fault(r, "P0007", position_at_byte(r->file, source, bad_at), "not UTF-8");
    }
    const char *nul = source.n == 0 ? NULL : memchr(source.p, '\0', source.n);
    if (nul != NULL) {
        return fault(r, "P0007", position_at_byte(r->file, source, (size_t)(nul - source.p)),
                     "a NUL byte");
    }
    return PT_OK;
}

pt_status yaml_read(struct arena *arena, const char *file, struct text source, struct diags *diags,
                    struct node **out)
{
    struct reader r = {.arena = arena, .file = file, .diags = diags};
    size_t errors = diags->n_errors;
    *out = NULL;
    TRY(check_bytes(&r, source));
    if (!yaml_parser_initialize(&r.parser)) {
        return no_memory(&r);
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)source.p, source.n);
    struct node *root = NULL;
    pt_status status = read_document(&r, &root);
    yaml_parser_delete(&r.parser);
    if (status != PT_OK) {
        return status;
    }
    *out = root;
    return diags->n_errors > errors ? PT_E_CONFIG : PT_OK;
}
