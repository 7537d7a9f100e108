// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "identifiers.h"

#include "mem.h"
#include "parallel.h"
#include "rank.h"

static bool is_word(struct text value, const char *word)
{
    if (value.n != strlen(word)) {
        return false;
    }
    for (size_t i = 0; i < value.n; i++) {
        int c = value.p[i];
        c += c >= 'A' && c <= 'Z' ? 'a' - 'A' : 0;
        if (c != word[i]) {
            return false;
        }
    }
    return true;
}

static bool is_zeros(struct text value)
{
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] != '0' && value.p[i] != '-') {
            return false;
        }
    }
    return true;
}

bool identifier_is_rejected(const struct profile_namespace *ns, struct text value)
{
    struct text trimmed = text_trim(value);
    if (trimmed.n == 0) {
        return true;
    }
    if (!ns->has_reject) {
        return is_zeros(trimmed) || is_word(trimmed, "anonymous") || is_word(trimmed, "null");
    }
    for (size_t i = 0; i < ns->n_reject; i++) {
        if (text_is(value, ns->reject[i])) {
            return true;
        }
    }
    return false;
}

static bool check_value(const void *arg, struct text value)
{
    return identifier_is_rejected(arg, value);
}

static bool has_rows(const struct profile_spec *spec, uint32_t namespace_)
{
    for (size_t s = 0; s < spec->n_sources; s++) {
        for (size_t i = 0; i < spec->sources[s].n_ids; i++) {
            const struct profile_id *id = &spec->sources[s].ids[i];
            if (id->namespace_ == namespace_ && id->is_row) {
                return true;
            }
        }
    }
    return false;
}

static void order_namespaces(struct identifiers *ids)
{
    static const enum namespace_class classes[] = {NAMESPACE_PERSON, NAMESPACE_CONTACT};

    for (size_t c = 0; c < 2; c++) {
        for (uint32_t n = 0; n < ids->spec->n_namespaces; n++) {
            if (ids->spec->namespaces[n].class_ == classes[c]) {
                ids->order[ids->n_order++] = n;
            }
        }
    }
}

pt_status identifiers_init(struct identifiers *ids, const struct profile_spec *spec,
                           struct arena *arena, const struct stores *stores, struct pt_error *err)
{
    size_t n = spec->n_namespaces;
    *ids = (struct identifiers){.spec = spec, .store = stores->store};
    ids->tables = arena_zero(arena, n, sizeof(struct intern *));
    ids->by_number = arena_zero(arena, n, sizeof *ids->by_number);
    ids->order = arena_zero(arena, n, sizeof *ids->order);
    ids->base = arena_zero(arena, n, sizeof *ids->base);
    ids->place = arena_zero(arena, n, sizeof(uint32_t *));
    ids->codes = arena_zero(arena, n, sizeof(uint32_t *));
    if (ids->tables == NULL || ids->by_number == NULL || ids->order == NULL || ids->base == NULL ||
        ids->place == NULL || ids->codes == NULL) {
        *ids = (struct identifiers){0};
        FAIL(err, PT_E_NO_MEMORY, "out of memory for identifiers");
    }
    order_namespaces(ids);
    for (uint32_t i = 0; i < n; i++) {
        struct intern_options options = {.store = stores->store,
                                         .finder = stores->finder,
                                         .check = check_value,
                                         .check_arg = &spec->namespaces[i]};
        ids->by_number[i] = has_rows(spec, i);
        TRY(intern_new(&options, &ids->tables[i], err));
    }
    return PT_OK;
}

void identifiers_release(struct identifiers *ids)
{
    for (size_t i = 0; ids->spec != NULL && i < ids->spec->n_namespaces; i++) {
        intern_free(ids->tables[i]);
        store_drop(ids->store, ids->place[i]);
        store_drop(ids->store, ids->codes[i]);
    }
    *ids = (struct identifiers){0};
}

static size_t gather_texts(const struct intern *table, struct text *texts, uint32_t *codes)
{
    uint32_t end = intern_end(table);
    size_t n = 0;
    for (uint32_t code = 1; code < end; code++) {
        const struct intern_entry *e = intern_at(table, code);
        if (e != NULL) {
            texts[n] = intern_key(table, e);
            codes[n++] = code;
        }
    }
    return n;
}

static pt_status rank_codes(struct identifiers *ids, uint32_t namespace_, struct text *texts,
                            uint32_t *arrival, struct pt_error *err)
{
    const struct intern *table = ids->tables[namespace_];
    size_t n = gather_texts(table, texts, arrival);
    uint32_t *codes = ids->codes[namespace_];
    struct rank_item *items = store_array(ids->store, n, 2 * sizeof *items);
    if (items == NULL) {
        return store_failure(ids->store, "the order of identifiers", err);
    }
    rank_texts(texts, n, ids->by_number[namespace_], items, codes);
    store_drop(ids->store, items);
    for (size_t i = 0; i < n; i++) {
        codes[i] = arrival[codes[i]];
        ids->place[namespace_][codes[i] - 1] = (uint32_t)i;
    }
    return PT_OK;
}

// Orders the values of one namespace: an item of the pool.
static pt_status rank_namespace(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    struct identifiers *ids = arg;
    uint32_t namespace_ = ids->order[item];
    const struct intern *table = ids->tables[namespace_];
    size_t n = (size_t)intern_count(table);
    ids->place[namespace_] = store_array(ids->store, intern_end(table), sizeof(uint32_t));
    ids->codes[namespace_] = store_array(ids->store, n, sizeof(uint32_t));
    struct text *texts = store_array(ids->store, n, sizeof *texts);
    uint32_t *arrival = store_array(ids->store, n, sizeof *arrival);
    pt_status status = PT_OK;
    if (ids->place[namespace_] == NULL || ids->codes[namespace_] == NULL || texts == NULL ||
        arrival == NULL) {
        status = store_failure(ids->store, "identifiers", err);
    } else {
        status = rank_codes(ids, namespace_, texts, arrival, err);
    }
    store_drop(ids->store, texts);
    store_drop(ids->store, arrival);
    return status;
}

pt_status identifiers_close(struct identifiers *ids, struct pt_error *err)
{
    uint64_t n_nodes = 0;
    uint64_t n_devices = 0;
    for (size_t i = 0; i < ids->n_order; i++) {
        ids->base[ids->order[i]] = (uint32_t)n_nodes;
        n_nodes += intern_count(ids->tables[ids->order[i]]);
    }
    for (size_t i = 0; i < ids->spec->n_namespaces; i++) {
        if (ids->spec->namespaces[i].class_ == NAMESPACE_DEVICE) {
            ids->base[i] = (uint32_t)n_devices;
            n_devices += intern_end(ids->tables[i]) - 1;
        }
    }
    if (n_nodes >= INT32_MAX || n_devices >= INT32_MAX) {
        FAIL(err, PT_E_LIMIT, "more than two thousand million identifiers");
    }
    ids->n_nodes = (uint32_t)n_nodes;
    ids->n_devices = (uint32_t)n_devices;
    return parallel_run(ids->spec->pool, ids->n_order, rank_namespace, ids, err);
}

uint32_t identifiers_node_namespace(const struct identifiers *ids, uint32_t node)
{
    size_t i = ids->n_order - 1;
    while (ids->base[ids->order[i]] > node) {
        i--;
    }
    return ids->order[i];
}

struct text identifiers_node_text(const struct identifiers *ids, uint32_t node)
{
    uint32_t ns = identifiers_node_namespace(ids, node);
    return intern_text(ids->tables[ns], ids->codes[ns][node - ids->base[ns]]);
}

uint32_t identifiers_device_namespace(const struct identifiers *ids, uint32_t device)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < ids->spec->n_namespaces; i++) {
        if (ids->spec->namespaces[i].class_ == NAMESPACE_DEVICE && ids->base[i] <= device) {
            found = i;
        }
    }
    return found;
}

struct text identifiers_device_text(const struct identifiers *ids, uint32_t device)
{
    uint32_t ns = identifiers_device_namespace(ids, device);
    return intern_text(ids->tables[ns], device - ids->base[ns] + 1);
}
