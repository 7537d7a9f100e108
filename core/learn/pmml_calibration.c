// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Expressions of PMML, and a calibration as one.
#include "pmml.h"

void pmml_constant(struct pt_xml *x, double value)
{
    pt_xml_open(x, "Constant");
    pt_xml_attribute(x, "dataType", "double");
    pt_xml_content_f64(x, value);
    pt_xml_close(x, "Constant");
}

void pmml_field(struct pt_xml *x, const char *name)
{
    pt_xml_open(x, "FieldRef");
    pt_xml_attribute(x, "field", name);
    pt_xml_close(x, "FieldRef");
}

void pmml_apply(struct pt_xml *x, const char *function)
{
    pt_xml_open(x, "Apply");
    pt_xml_attribute(x, "function", function);
}

static void close_applies(struct pt_xml *x, int n)
{
    for (int i = 0; i < n; i++) {
        pt_xml_close(x, "Apply");
    }
}

// min(max(score, low), high)
static void put_clipped(const struct calibration *c, const char *score, struct pt_xml *x)
{
    pmml_apply(x, "min");
    pmml_apply(x, "max");
    pmml_field(x, score);
    pmml_constant(x, c->low);
    pt_xml_close(x, "Apply");
    pmml_constant(x, c->high);
    pt_xml_close(x, "Apply");
}

// ln(q) - ln1p(0 - q)
static void put_log_odds(const struct calibration *c, const char *score, struct pt_xml *x)
{
    pmml_apply(x, "-");
    pmml_apply(x, "ln");
    put_clipped(c, score, x);
    pt_xml_close(x, "Apply");
    pmml_apply(x, "ln1p");
    pmml_apply(x, "-");
    pmml_constant(x, 0);
    put_clipped(c, score, x);
    close_applies(x, 3);
}

// 1 / (1 + exp(a * log-odds + b))
static void put_platt(const struct calibration *c, const char *score, struct pt_xml *x)
{
    pmml_apply(x, "/");
    pmml_constant(x, 1);
    pmml_apply(x, "+");
    pmml_constant(x, 1);
    pmml_apply(x, "exp");
    pmml_apply(x, "+");
    pmml_apply(x, "*");
    pmml_constant(x, c->a);
    put_log_odds(c, score, x);
    pt_xml_close(x, "Apply");
    pmml_constant(x, c->b);
    close_applies(x, 4);
}

static void put_isotonic(const struct calibration *c, const char *score, struct pt_xml *x)
{
    if (c->n == 1) {
        pmml_constant(x, c->y[0]);
        return;
    }
    pt_xml_open(x, "NormContinuous");
    pt_xml_attribute(x, "field", score);
    pt_xml_attribute(x, "outliers", "asExtremeValues");
    for (uint32_t i = 0; i < c->n; i++) {
        pt_xml_open(x, "LinearNorm");
        pt_xml_attribute_f64(x, "orig", c->x[i]);
        pt_xml_attribute_f64(x, "norm", c->y[i]);
        pt_xml_close(x, "LinearNorm");
    }
    pt_xml_close(x, "NormContinuous");
}

void pmml_calibrated(const struct calibration *c, const char *score, struct pt_xml *x)
{
    if (c->kind == LEARN_CALIBRATE_PLATT) {
        put_platt(c, score, x);
    } else {
        put_isotonic(c, score, x);
    }
}
