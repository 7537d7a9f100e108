// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Output of a PMML document: the model's own outputs under their names, as far as PMML has a word
// for them.
#include "pmml.h"

struct output {
    const char *name; // wanted
    const char *feature;
    const char *value; // of the feature; NULL = none
    const char *optype;
    const char *type;
};

// The field's opening, its name chosen; NULL when memory is out.
static const char *open_output(struct pmml *d, const struct output *o, struct pt_xml *x)
{
    const char *name = pmml_name(d, o->name);
    if (name == NULL) {
        return NULL;
    }
    pt_xml_open(x, "OutputField");
    pt_xml_attribute(x, "name", name);
    pt_xml_attribute(x, "optype", o->optype);
    pt_xml_attribute(x, "dataType", o->type);
    pt_xml_attribute(x, "feature", o->feature);
    if (o->value != NULL) {
        pt_xml_attribute(x, "value", o->value);
    }
    return name;
}

static bool put_output(struct pmml *d, const struct output *o, struct pt_xml *x)
{
    bool is_done = open_output(d, o, x) != NULL;
    pt_xml_close(x, "OutputField");
    return is_done;
}

// The model's own probability, then what its calibration makes of it.
static bool put_calibrated(struct pmml *d, struct pt_xml *x)
{
    const char *wanted = d->m->trained.instance.outputs[0]->name;
    const char *plain = arena_printf(&d->arena, "uncalibrated(%s)", wanted);
    if (plain == NULL) {
        return false;
    }
    const struct output first = {plain, "probability", d->m->classes[1], "continuous", "double"};
    const struct output last = {wanted, "transformedValue", NULL, "continuous", "double"};
    const char *score = open_output(d, &first, x);
    pt_xml_close(x, "OutputField");
    if (score == NULL || open_output(d, &last, x) == NULL) {
        return false;
    }
    pmml_calibrated(&d->m->calibration, score, x);
    pt_xml_close(x, "OutputField");
    return true;
}

static bool put_probability(struct pmml *d, uint32_t output, uint32_t class, struct pt_xml *x)
{
    const struct output o = {d->m->trained.instance.outputs[output]->name, "probability",
                             d->m->classes[class], "continuous", "double"};
    return put_output(d, &o, x);
}

static bool put_classes(struct pmml *d, struct pt_xml *x)
{
    const struct instance *m = &d->m->trained.instance;
    const struct output first = {m->outputs[0]->name, "predictedValue", NULL, "categorical",
                                 "string"};
    bool is_done = put_output(d, &first, x);
    for (uint32_t i = 0; is_done && i < d->m->n_classes; i++) {
        is_done = put_probability(d, i + 1, i, x);
    }
    return is_done;
}

static bool put_all(struct pmml *d, struct pt_xml *x)
{
    const struct instance *m = &d->m->trained.instance;
    const struct output number = {m->outputs[0]->name, "predictedValue", NULL, "continuous",
                                  "double"};
    const struct output segment = {m->outputs[0]->name, "predictedValue", NULL, "categorical",
                                   "string"};
    const struct output distance = {"distance", "affinity", NULL, "continuous", "double"};
    switch (m->needs.task) {
    case PT_TASK_CLUSTER:
        return put_output(d, &segment, x) && put_output(d, &distance, x);
    case PT_TASK_REGRESS:
        return put_output(d, &number, x);
    case PT_TASK_CLASSES:
        return put_classes(d, x);
    default:
        return d->m->calibration.kind == LEARN_CALIBRATE_NONE ? put_probability(d, 0, 1, x)
                                                              : put_calibrated(d, x);
    }
}

bool pmml_output(struct pmml *d, struct pt_xml *x)
{
    pt_xml_open(x, "Output");
    bool is_done = put_all(d, x);
    pt_xml_close(x, "Output");
    return is_done;
}
