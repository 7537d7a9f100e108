// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fields of a PMML document: raw ones with their missing values, and what preparation makes of
// them, step by step as prepare.c does it.
#include "pmml.h"

static bool is_one_hot(const struct pmml *d, const struct prepare_input *in)
{
    return in->type == VEC_STR && d->p->settings.categories == LEARN_CATEGORIES_ONE_HOT;
}

bool pmml_is_raw(const struct pmml *d, size_t column)
{
    const struct prepare_column *c = &d->p->columns[column];
    const struct prepare_input *in = &d->p->inputs[c->input];
    if (in->is_category) {
        return true;
    }
    bool is_number = in->type != VEC_STR && in->type != VEC_BOOL;
    return is_number && !in->log1p && c->offset == 0 && c->factor == 1 &&
           d->m->trained.instance.needs.dtype == 8;
}

static void put_value(struct pt_xml *x, const char *value)
{
    pt_xml_open(x, "Value");
    pt_xml_attribute(x, "value", value);
    pt_xml_close(x, "Value");
}

// Dates and times are numbers of days here, as the model sees them.
static void put_input(struct pmml *d, const struct prepare_input *in, struct pt_xml *x)
{
    bool is_text = in->type == VEC_STR;
    bool is_bool = in->type == VEC_BOOL;
    pt_xml_open(x, "DataField");
    pt_xml_attribute(x, "name", in->name);
    if (in->type == VEC_DATE || in->type == VEC_TIME) {
        pt_xml_attribute(x, "displayName", "days since 1970-01-01 UTC");
    }
    pt_xml_attribute(x, "optype", is_text || is_bool ? "categorical" : "continuous");
    pt_xml_attribute(x, "dataType", is_text ? "string" : is_bool ? "boolean" : "double");
    for (uint32_t i = 0; i < in->n_levels; i++) {
        char *level = arena_strndup(&d->arena, in->levels[i].p, in->levels[i].n);
        x->failed = x->failed || level == NULL;
        if (!x->failed) {
            put_value(x, level);
        }
    }
    pt_xml_close(x, "DataField");
}

void pmml_data_dictionary(struct pmml *d, struct pt_xml *x)
{
    pt_xml_open(x, "DataDictionary");
    for (size_t i = 0; i < d->p->n_inputs; i++) {
        put_input(d, &d->p->inputs[i], x);
    }
    if (d->m->label[0] != '\0') {
        bool is_number = d->m->n_classes == 0;
        pt_xml_open(x, "DataField");
        pt_xml_attribute(x, "name", d->m->label);
        pt_xml_attribute(x, "optype", is_number ? "continuous" : "categorical");
        pt_xml_attribute(x, "dataType", is_number ? "double" : "string");
        for (uint32_t i = 0; i < d->m->n_classes; i++) {
            put_value(x, d->m->classes[i]);
        }
        pt_xml_close(x, "DataField");
    }
    pt_xml_close(x, "DataDictionary");
}

static const char *treatment_name(enum learn_impute impute)
{
    return impute == LEARN_IMPUTE_MEAN     ? "asMean"
           : impute == LEARN_IMPUTE_MEDIAN ? "asMedian"
                                           : "asValue";
}

static void put_missing(struct pmml *d, const struct prepare_input *in, struct pt_xml *x)
{
    if (in->type != VEC_STR && in->missing == PREPARE_MISSING_REFUSE) {
        pt_xml_attribute(x, "missingValueTreatment", "returnInvalid");
    }
    bool is_number = in->type != VEC_STR && in->type != VEC_BOOL;
    if (is_number && in->missing == PREPARE_MISSING_FILL) {
        pt_xml_attribute_f64(x, "missingValueReplacement", in->fill);
        pt_xml_attribute(x, "missingValueTreatment", treatment_name(d->p->settings.impute));
    }
    pt_xml_attribute(x, "invalidValueTreatment", "asMissing");
}

void pmml_mining_schema(struct pmml *d, struct pt_xml *x)
{
    pt_xml_open(x, "MiningSchema");
    if (d->m->label[0] != '\0') {
        pt_xml_open(x, "MiningField");
        pt_xml_attribute(x, "name", d->m->label);
        pt_xml_attribute(x, "usageType", "target");
        pt_xml_close(x, "MiningField");
    }
    for (size_t i = 0; i < d->p->n_inputs; i++) {
        pt_xml_open(x, "MiningField");
        pt_xml_attribute(x, "name", d->p->inputs[i].name);
        put_missing(d, &d->p->inputs[i], x);
        pt_xml_close(x, "MiningField");
    }
    pt_xml_close(x, "MiningSchema");
}

// 1 where the field is `value`; what a missing value becomes, NULL = missing.
static void put_indicator(struct pt_xml *x, const char *field, const char *value,
                          const double *missing)
{
    pt_xml_open(x, "NormDiscrete");
    pt_xml_attribute(x, "field", field);
    pt_xml_attribute(x, "value", value);
    if (missing != NULL) {
        pt_xml_attribute_f64(x, "mapMissingTo", *missing);
    }
    pt_xml_close(x, "NormDiscrete");
}

// Places of the levels for a model that knows numbers only.
static void put_codes(struct pmml *d, const struct prepare_column *c, struct pt_xml *x)
{
    const struct prepare_input *in = &d->p->inputs[c->input];
    pt_xml_open(x, "MapValues");
    if (in->missing == PREPARE_MISSING_FILL) {
        pt_xml_attribute_f64(x, "mapMissingTo", in->fill);
    }
    pt_xml_attribute(x, "outputColumn", "code");
    pt_xml_attribute(x, "dataType", "double");
    pt_xml_open(x, "FieldColumnPair");
    pt_xml_attribute(x, "field", in->name);
    pt_xml_attribute(x, "column", "level");
    pt_xml_close(x, "FieldColumnPair");
    pt_xml_open(x, "InlineTable");
    for (uint32_t i = 0; i < in->n_levels; i++) {
        char *level = arena_strndup(&d->arena, in->levels[i].p, in->levels[i].n);
        x->failed = x->failed || level == NULL;
        pt_xml_open(x, "row");
        pt_xml_open(x, "level");
        pt_xml_content(x, level == NULL ? "" : level);
        pt_xml_close(x, "level");
        pt_xml_open(x, "code");
        pt_xml_content_f64(x, i);
        pt_xml_close(x, "code");
        pt_xml_close(x, "row");
    }
    pt_xml_close(x, "InlineTable");
    pt_xml_close(x, "MapValues");
}

// The raw value as a number.
static void put_number(struct pmml *d, size_t column, struct pt_xml *x)
{
    const struct prepare_column *c = &d->p->columns[column];
    const struct prepare_input *in = &d->p->inputs[c->input];
    double zero = 0;
    if (is_one_hot(d, in)) {
        put_indicator(x, in->name, d->p->schema.columns[column]->level, &zero);
    } else if (in->type == VEC_STR) {
        put_codes(d, c, x);
    } else if (in->type == VEC_BOOL) {
        const double *fill = in->missing == PREPARE_MISSING_FILL ? &in->fill : NULL;
        put_indicator(x, in->name, "true", fill);
    } else {
        pmml_field(x, in->name);
    }
}

// log1p(max(v, 0)). max() skips missing values, a product does not: v * (v > 0).
static void put_logged(struct pmml *d, size_t column, struct pt_xml *x)
{
    if (!d->p->inputs[d->p->columns[column].input].log1p) {
        put_number(d, column, x);
        return;
    }
    pmml_apply(x, "ln1p");
    pmml_apply(x, "*");
    put_number(d, column, x);
    pmml_apply(x, "threshold");
    put_number(d, column, x);
    pmml_constant(x, 0);
    pt_xml_close(x, "Apply");
    pt_xml_close(x, "Apply");
    pt_xml_close(x, "Apply");
}

static void put_scaled(struct pmml *d, size_t column, struct pt_xml *x)
{
    const struct prepare_column *c = &d->p->columns[column];
    if (c->offset == 0 && c->factor == 1) {
        put_logged(d, column, x);
        return;
    }
    pmml_apply(x, "*");
    pmml_apply(x, "-");
    put_logged(d, column, x);
    pmml_constant(x, c->offset);
    pt_xml_close(x, "Apply");
    pmml_constant(x, c->factor);
    pt_xml_close(x, "Apply");
}

void pmml_transformations(struct pmml *d, struct pt_xml *x)
{
    bool is_float = d->m->trained.instance.needs.dtype == 4;
    pt_xml_open(x, "LocalTransformations");
    for (size_t i = 0; i < d->p->n_columns; i++) {
        if (pmml_is_raw(d, i)) {
            continue;
        }
        pt_xml_open(x, "DerivedField");
        pt_xml_attribute(x, "name", d->fields[i]);
        pt_xml_attribute(x, "optype", "continuous");
        pt_xml_attribute(x, "dataType", is_float ? "float" : "double");
        put_scaled(d, i, x);
        pt_xml_close(x, "DerivedField");
    }
    pt_xml_close(x, "LocalTransformations");
}
