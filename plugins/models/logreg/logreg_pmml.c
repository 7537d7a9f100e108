// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The model as PMML's RegressionModel (https://dmg.org/pmml/v4-4-1/Regression.html): a table of
// class 1 and an empty one with normalisation logit, or a table a class with softmax.
#include <string.h>

#include "logreg.h"
#include "pt_xml.h"

static void put_table(const struct logreg *m, uint32_t predictor, const char *class,
                      struct pt_xml *x)
{
    const double *weights = m->weights + (uint64_t)predictor * (m->d + 1);
    pt_xml_open(x, "RegressionTable");
    pt_xml_attribute_f64(x, "intercept", weights[m->d]);
    pt_xml_attribute(x, "targetCategory", class);
    for (uint32_t j = 0; j < m->d; j++) {
        pt_xml_open(x, "NumericPredictor");
        pt_xml_attribute(x, "name", m->columns.items[j].name);
        pt_xml_attribute_f64(x, "coefficient", weights[j]);
        pt_xml_close(x, "NumericPredictor");
    }
    pt_xml_close(x, "RegressionTable");
}

pt_status logreg_export(const void *self, const char *format, pt_writer *writer, pt_error *err)
{
    const struct logreg *m = self;
    pt_status status = logreg_check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    if (strcmp(format, PT_EXPORT_PMML) != 0) {
        return pt_fail(m->host, err, PT_E_UNSUPPORTED, NULL,
                       "a logistic regression is exported as pmml, not as %s", format);
    }
    struct pt_xml x = {.host = m->host};
    pt_xml_open(&x, "RegressionModel");
    pt_xml_attribute(&x, "functionName", "classification");
    pt_xml_attribute(&x, "algorithmName", "logistic regression");
    pt_xml_attribute(&x, "normalizationMethod", m->k == 1 ? "logit" : "softmax");
    pt_xml_open(&x, "MiningSchema");
    pt_xml_close(&x, "MiningSchema");
    if (m->k == 1) {
        put_table(m, 0, m->classes[1], &x);
        pt_xml_open(&x, "RegressionTable");
        pt_xml_attribute_f64(&x, "intercept", 0);
        pt_xml_attribute(&x, "targetCategory", m->classes[0]);
        pt_xml_close(&x, "RegressionTable");
    }
    for (uint32_t a = 0; m->k > 1 && a < m->k; a++) {
        put_table(m, a, m->classes[a], &x);
    }
    pt_xml_close(&x, "RegressionModel");
    return pt_xml_write(&x, writer, err);
}
