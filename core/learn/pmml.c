// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The document: the plugin writes its element over fields named as the matrix columns, which get
// names of the document here; where it holds `<MiningSchema/>` the host's parts are put in.
#include "pmml.h"

#include "mem.h"
#include "version.h"

#define MARK "<MiningSchema/>"

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for a PMML document");
}

const char *pmml_name(struct pmml *d, const char *wanted)
{
    const char *name = wanted;
    for (unsigned i = 2;; i++) {
        bool is_new = false;
        uint64_t *at = name == NULL ? NULL : map_put(&d->taken, text_of(name), &is_new);
        if (at == NULL || is_new) {
            return at == NULL ? NULL : name;
        }
        name = arena_printf(&d->arena, "%s_%u", wanted, i);
    }
}

bool pmml_name_fields(struct pmml *d)
{
    d->fields = arena_zero(&d->arena, d->p->n_columns, sizeof *d->fields);
    if (d->fields == NULL || (d->m->label[0] != '\0' && pmml_name(d, d->m->label) == NULL)) {
        return false;
    }
    for (size_t i = 0; i < d->p->n_inputs; i++) {
        if (pmml_name(d, d->p->inputs[i].name) == NULL) {
            return false;
        }
    }
    for (size_t i = 0; i < d->p->n_columns; i++) {
        const char *name = d->p->schema.columns[i]->name;
        if (pmml_is_raw(d, i)) {
            d->fields[i] = name;
            continue;
        }
        bool is_level = d->p->columns[i].level != PREPARE_WHOLE;
        const char *wanted = is_level ? name : arena_printf(&d->arena, "prepared(%s)", name);
        d->fields[i] = wanted == NULL ? NULL : pmml_name(d, wanted);
        if (d->fields[i] == NULL) {
            return false;
        }
    }
    return true;
}

// The model again, with the document's names for its columns.
static pt_status reopen(const struct pmml *d, const pt_schema *schema, struct str *payload,
                        struct instance *out, struct pt_error *err)
{
    const struct instance *m = &d->m->trained.instance;
    TRY(instance_save(m, payload, err));
    TRY(instance_open(m->plugin, m->config, &m->host, out, err));
    pt_status status = instance_set_classes(out, d->m->n_classes, err);
    if (status == PT_OK) {
        status = instance_load(out, schema, str_view(payload), err);
    }
    if (status != PT_OK) {
        instance_release(out);
    }
    return status;
}

static bool rename_columns(struct pmml *d, pt_schema *schema)
{
    size_t n = d->p->n_columns;
    pt_column_info *infos = arena_zero(&d->arena, n, sizeof *infos);
    const pt_column_info **list = arena_zero(&d->arena, n, sizeof *list);
    if (infos == NULL || list == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        infos[i] = *d->p->schema.columns[i];
        infos[i].name = d->fields[i];
        list[i] = &infos[i];
    }
    *schema = d->p->schema;
    schema->columns = list;
    return true;
}

static pt_status export_element(struct pmml *d, struct str *element, struct pt_error *err)
{
    pt_schema schema;
    if (!rename_columns(d, &schema)) {
        return no_memory(err);
    }
    struct str payload = {0};
    struct instance again;
    pt_status status = reopen(d, &schema, &payload, &again, err);
    if (status == PT_OK) {
        status = instance_export(&again, PT_EXPORT_PMML, element, err);
        instance_release(&again);
    }
    str_release(&payload);
    return status;
}

static void put_header(struct pt_xml *x)
{
    pt_xml_open(x, "Header");
    pt_xml_open(x, "Application");
    pt_xml_attribute(x, "name", "Portrait");
    pt_xml_attribute(x, "version", PORTRAIT_VERSION);
    pt_xml_close(x, "Application");
    pt_xml_close(x, "Header");
}

static pt_status write_document(struct pmml *d, const struct str *element, struct pt_xml *x,
                                struct pt_error *err)
{
    static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    const char *mark = element->p == NULL ? NULL : strstr(element->p, MARK);
    if (mark == NULL) {
        FAIL(err, PT_E_DATA, "model plugin `%s` leaves no place for the MiningSchema",
             d->m->component);
    }
    size_t before = (size_t)(mark - element->p);
    size_t tidy = before > 0 && mark[-1] == '\n' ? before - 1 : before; // a tag begins its own line
    pt_xml_raw(x, declaration, sizeof declaration - 1);
    pt_xml_open(x, "PMML");
    pt_xml_attribute(x, "xmlns", PMML_NAMESPACE);
    pt_xml_attribute(x, "version", "4.4");
    put_header(x);
    pmml_data_dictionary(d, x);
    pt_xml_raw(x, "\n", 1);
    pt_xml_raw(x, element->p, tidy);
    pmml_mining_schema(d, x);
    if (!pmml_output(d, x)) {
        return no_memory(err);
    }
    pmml_transformations(d, x);
    pt_xml_raw(x, mark + sizeof MARK - 1, element->n - before - (sizeof MARK - 1));
    pt_xml_close(x, "PMML");
    pt_xml_raw(x, "\n", 1);
    return pt_xml_status(x, err);
}

pt_status pmml_export(const struct learned *m, struct str *out, struct pt_error *err)
{
    if (m->class_calibration.n > 0) {
        FAIL(err, PT_E_UNSUPPORTED,
             "a model of several classes that is calibrated cannot be told in PMML: its outputs "
             "would be the probabilities before; learn it with `calibrate: none`");
    }
    struct pmml d = {.m = m, .p = &m->trained.prepare};
    struct str element = {0};
    struct pt_xml x = {.host = &m->trained.instance.host};
    pt_status status = pmml_name_fields(&d) ? PT_OK : no_memory(err);
    if (status == PT_OK) {
        status = export_element(&d, &element, err);
    }
    if (status == PT_OK) {
        status = write_document(&d, &element, &x, err);
    }
    if (status == PT_OK && !str_add_n(out, x.text, x.n)) {
        status = no_memory(err);
    }
    pt_xml_release(&x);
    str_release(&element);
    map_release(&d.taken);
    arena_release(&d.arena);
    return status;
}
