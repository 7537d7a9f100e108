// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "audience_order.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "audience_chunks.h"
#include "mem.h"

// One key of all rows. `code` sorts as the value does, direction included; `text` decides between
// texts whose first eight bytes are equal.
struct sort_key {
    uint64_t *code;
    uint8_t *valid;
    struct text *text; // NULL unless the key is text
    bool is_descending;
    struct arena arena; // bytes of computed texts
};

struct sort_item {
    uint64_t code; // of the first key
    size_t row;
};

struct sorter {
    struct sort_key *keys;
    size_t n_keys;
    const struct text *profile;
};

static uint64_t code_of_i64(int64_t value)
{
    return (uint64_t)value ^ ((uint64_t)1 << 63);
}

static uint64_t code_of_f64(double value)
{
    double plain = value == 0 ? 0 : value; // -0 sorts as 0
    uint64_t bits = 0;
    memcpy(&bits, &plain, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static uint64_t code_of_text(struct text value)
{
    uint64_t code = 0;
    for (size_t i = 0; i < 8; i++) {
        code = code << 8 | (i < value.n ? (uint8_t)value.p[i] : 0);
    }
    return code;
}

static bool value_code(const struct vec *v, size_t i, uint64_t *out)
{
    size_t at = v->is_const ? 0 : i;
    if (!vec_is_valid(v, i)) {
        return false;
    }
    switch (v->type) {
    case VEC_BOOL:
        *out = v->b[at];
        return true;
    case VEC_F64:
        *out = code_of_f64(v->f[at]);
        return !isnan(v->f[at]);
    case VEC_STR:
        *out = code_of_text(vec_text(v, i));
        return true;
    case VEC_I64:
    case VEC_DATE:
    case VEC_TIME:
        *out = code_of_i64(v->i[at]);
        return true;
    }
    return false;
}

static pt_status take_key(void *ctx, size_t first, const struct vec *values, struct pt_error *err)
{
    struct sort_key *key = ctx;
    for (size_t i = 0; i < values->n; i++) {
        size_t row = first + i;
        uint64_t code = 0;
        key->valid[row] = value_code(values, i, &code);
        if (!key->valid[row]) {
            key->code[row] = UINT64_MAX;
            continue;
        }
        key->code[row] = key->is_descending ? ~code : code;
        if (key->text != NULL && !arena_text(&key->arena, vec_text(values, i), &key->text[row])) {
            FAIL(err, PT_E_NO_MEMORY, "no memory for sort keys");
        }
    }
    return PT_OK;
}

static pt_status key_build(struct sort_key *key, const struct audience_order *order,
                           const struct audience_people *people, struct pt_error *err)
{
    size_t n = people->table->n_rows;
    bool is_text = expr_type(order->key) == VEC_STR;
    key->is_descending = order->is_descending;
    key->code = mem_zero(n, sizeof *key->code);
    key->valid = mem_zero(n, 1);
    key->text = is_text ? mem_zero(n, sizeof *key->text) : NULL;
    if (key->code == NULL || key->valid == NULL || (is_text && key->text == NULL)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for sort keys of %zu rows", n);
    }
    return audience_chunks_eval(people, order->key, take_key, key, err);
}

static int key_compare(const struct sort_key *key, size_t a, size_t b)
{
    if (key->code[a] != key->code[b]) {
        return key->code[a] < key->code[b] ? -1 : 1;
    }
    if (key->valid[a] != key->valid[b]) {
        return key->valid[a] ? -1 : 1;
    }
    if (key->text == NULL || !key->valid[a]) {
        return 0;
    }
    int order = text_compare(key->text[a], key->text[b]);
    return key->is_descending ? -order : order;
}

static bool item_comes_after(const struct sorter *s, const struct sort_item *a,
                             const struct sort_item *b)
{
    if (a->code != b->code) {
        return a->code > b->code;
    }
    for (size_t k = 0; k < s->n_keys; k++) {
        int order = key_compare(&s->keys[k], a->row, b->row);
        if (order != 0) {
            return order > 0;
        }
    }
    return text_compare(s->profile[a->row], s->profile[b->row]) > 0;
}

static void merge_runs(const struct sorter *s, const struct sort_item *from, struct sort_item *to,
                       size_t middle, size_t end)
{
    size_t left = 0;
    size_t right = middle;
    for (size_t at = 0; at < end; at++) {
        bool take_right =
            left == middle || (right < end && item_comes_after(s, &from[left], &from[right]));
        to[at] = from[take_right ? right++ : left++];
    }
}

// Bottom-up merge sort, stable; returns the array that holds the result.
static struct sort_item *items_sort(const struct sorter *s, struct sort_item *items,
                                    struct sort_item *spare, size_t n)
{
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t begin = 0; begin < n; begin += 2 * width) {
            size_t end = n - begin < 2 * width ? n - begin : 2 * width;
            size_t middle = end < width ? end : width;
            merge_runs(s, items + begin, spare + begin, middle, end);
        }
        struct sort_item *sorted = spare;
        spare = items;
        items = sorted;
    }
    return items;
}

static pt_status rows_sort(const struct sorter *s, size_t *rows, size_t n, struct pt_error *err)
{
    struct sort_item *items = mem_array(n, 2 * sizeof *items);
    if (items == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to sort %zu rows", n);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t code =
            s->n_keys > 0 ? s->keys[0].code[rows[i]] : code_of_text(s->profile[rows[i]]);
        items[i] = (struct sort_item){code, rows[i]};
    }
    const struct sort_item *sorted = items_sort(s, items, items + n, n);
    for (size_t i = 0; i < n; i++) {
        rows[i] = sorted[i].row;
    }
    mem_free(items);
    return PT_OK;
}

static void keys_free(struct sort_key *keys, size_t n)
{
    for (size_t k = 0; keys != NULL && k < n; k++) {
        mem_free(keys[k].code);
        mem_free(keys[k].valid);
        mem_free(keys[k].text);
        arena_release(&keys[k].arena);
    }
    mem_free(keys);
}

pt_status audience_order_sort(const struct audience_spec *spec,
                              const struct audience_people *people, size_t *rows, size_t n,
                              struct pt_error *err)
{
    pt_status status = PT_OK;
    struct sorter s = {.keys = mem_zero(spec->n_order, sizeof *s.keys),
                       .n_keys = spec->n_order,
                       .profile = people->table->columns[spec->profile].s};
    if (s.keys == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for sort keys");
    }
    for (size_t k = 0; status == PT_OK && k < spec->n_order; k++) {
        status = key_build(&s.keys[k], &spec->order[k], people, err);
    }
    if (status == PT_OK) {
        status = rows_sort(&s, rows, n, err);
    }
    keys_free(s.keys, s.n_keys);
    return status;
}

// Index behind the quoted text that starts at `at`: a doubled quote stays inside. An open quote
// ends with the text; the expression's own parser reports it.
static size_t skip_quoted(struct text source, size_t at)
{
    char quote = source.p[at];
    for (size_t i = at + 1; i < source.n; i++) {
        if (source.p[i] == quote) {
            return i + 1;
        }
    }
    return source.n;
}

// Index of the next comma outside brackets and quotes, or the end.
static size_t part_end(struct text source, size_t at)
{
    int depth = 0;
    while (at < source.n) {
        char c = source.p[at];
        if (c == '\'' || c == '"') {
            at = skip_quoted(source, at);
            continue;
        }
        depth += (c == '(') - (c == ')');
        if (c == ',' && depth <= 0) {
            break;
        }
        at++;
    }
    return at;
}

// Cuts the word (any case) off the end of `part` when it stands alone there.
static bool cut_word(struct text *part, const char *word)
{
    size_t n = strlen(word);
    if (part->n <= n || strncasecmp(part->p + part->n - n, word, n) != 0) {
        return false;
    }
    char before = part->p[part->n - n - 1];
    if (before != ' ' && before != '\t' && before != '\n' && before != '\r' && before != ')') {
        return false;
    }
    *part = text_trim(text_n(part->p, part->n - n));
    return true;
}

static bool part_is_empty(struct text part)
{
    return part.n == 0 || (part.n == 3 && strncasecmp(part.p, "asc", 3) == 0) ||
           (part.n == 4 && strncasecmp(part.p, "desc", 4) == 0);
}

pt_status audience_order_split(struct arena *arena, struct text source,
                               struct audience_order_part **out, size_t *n, struct pt_error *err)
{
    size_t count = 1;
    for (size_t at = part_end(source, 0); at < source.n; at = part_end(source, at + 1)) {
        count++;
    }
    struct audience_order_part *parts = arena_zero(arena, count, sizeof *parts);
    if (parts == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for an order");
    }
    size_t begin = 0;
    for (size_t i = 0; i < count; i++) {
        size_t end = part_end(source, begin);
        struct text part = text_trim(text_n(source.p + begin, end - begin));
        if (part_is_empty(part)) {
            error_set(err, PT_E_CONFIG, "an order needs an expression before ASC or DESC");
            if (err != NULL) {
                err->column = (uint32_t)begin + 1;
                err->length = end > begin ? (uint32_t)(end - begin) : 1;
            }
            return PT_E_CONFIG;
        }
        parts[i].is_descending = cut_word(&part, "desc");
        if (!parts[i].is_descending) {
            cut_word(&part, "asc");
        }
        parts[i].expr = part;
        parts[i].offset = (size_t)(part.p - source.p);
        begin = end + 1;
    }
    *out = parts;
    *n = count;
    return PT_OK;
}
