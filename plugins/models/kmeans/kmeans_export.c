// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The model as PMML's ClusteringModel (https://dmg.org/pmml/v4-4-1/ClusteringModel.html): centres
// over the matrix columns, Euclidean distance, the nearest wins.
#include <string.h>

#include "kmeans.h"
#include "pt_xml.h"

static void put_measure(struct pt_xml *x)
{
    pt_xml_open(x, "ComparisonMeasure");
    pt_xml_attribute(x, "kind", "distance");
    pt_xml_open(x, "euclidean");
    pt_xml_close(x, "euclidean");
    pt_xml_close(x, "ComparisonMeasure");
}

static void put_field(struct pt_xml *x, const char *name)
{
    pt_xml_open(x, "ClusteringField");
    pt_xml_attribute(x, "field", name);
    pt_xml_attribute(x, "compareFunction", "absDiff");
    pt_xml_close(x, "ClusteringField");
}

static void put_cluster(const struct kmeans *m, uint32_t c, struct pt_xml *x)
{
    pt_xml_open(x, "Cluster");
    pt_xml_attribute_u64(x, "id", c);
    pt_xml_attribute_u64(x, "size", m->result.sizes[c]);
    pt_xml_open(x, "Array");
    pt_xml_attribute_u64(x, "n", m->d);
    pt_xml_attribute(x, "type", "real");
    for (uint32_t j = 0; j < m->d; j++) {
        if (j > 0) {
            pt_xml_content(x, " ");
        }
        pt_xml_content_f64(x, m->result.centres[(uint64_t)c * m->d + j]);
    }
    pt_xml_close(x, "Array");
    pt_xml_close(x, "Cluster");
}

pt_status kmeans_export(const void *self, const char *format, pt_writer *writer, pt_error *err)
{
    const struct kmeans *m = self;
    pt_status status = kmeans_check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    if (strcmp(format, PT_EXPORT_PMML) != 0) {
        return pt_fail(m->host, err, PT_E_UNSUPPORTED, NULL, "kmeans cannot be written as `%s`",
                       format);
    }
    struct pt_xml x = {.host = m->host};
    pt_xml_open(&x, "ClusteringModel");
    pt_xml_attribute(&x, "functionName", "clustering");
    pt_xml_attribute(&x, "algorithmName", "k-means");
    pt_xml_attribute(&x, "modelClass", "centerBased");
    pt_xml_attribute_u64(&x, "numberOfClusters", m->k);
    pt_xml_open(&x, "MiningSchema");
    pt_xml_close(&x, "MiningSchema");
    put_measure(&x);
    for (uint32_t j = 0; j < m->d; j++) {
        put_field(&x, m->columns.items[j].name);
    }
    for (uint32_t c = 0; c < m->k; c++) {
        put_cluster(m, c, &x);
    }
    pt_xml_close(&x, "ClusteringModel");
    return pt_xml_write(&x, writer, err);
}
