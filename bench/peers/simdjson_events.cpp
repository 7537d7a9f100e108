// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What SIMD JSON parsing reaches on one thread: reads the fields that FEATURES.md names from every
// event of a file in memory and builds nothing. Writes one JSON line.
// Build: c++ -O3 -march=native -std=c++17 -o simdjson_events simdjson_events.cpp -lsimdjson
#include <chrono>
#include <cstdio>

#include <simdjson.h>

using namespace simdjson;

struct totals {
    size_t rows = 0;
    size_t bytes = 0;
    double spend = 0;
};

template <class Value> static void add_text(Value &&value, totals &t)
{
    std::string_view text;
    if (!value.get_string().get(text)) {
        t.bytes += text.size();
    }
}

static void add_properties(ondemand::object properties, totals &t)
{
    double price = 0;
    int64_t quantity = 1;
    add_text(properties["sku"], t);
    add_text(properties["category"], t);
    if (!properties["price"].get_double().get(price)) {
        int64_t told = 0;
        if (!properties["qty"].get_int64().get(told)) {
            quantity = told;
        }
        t.spend += price * static_cast<double>(quantity);
    }
}

int main(int argc, char **argv)
{
    padded_string json;
    ondemand::parser parser;
    ondemand::document_stream documents;
    if (argc != 2 || padded_string::load(argv[1]).get(json)) {
        return 2;
    }
    auto start = std::chrono::steady_clock::now();
    if (parser.iterate_many(json, 1 << 20).get(documents)) {
        return 1;
    }
    totals t;
    for (auto document : documents) {
        auto event = document.get_object();
        ondemand::object properties;
        ondemand::value customer; // null or absent now and then
        add_text(event["ts"]["$date"], t);
        add_text(event["event"], t);
        if (!event["customer_id"].get(customer)) {
            add_text(customer, t);
        }
        add_text(event["device_id"], t);
        if (!event["properties"].get_object().get(properties)) {
            add_properties(properties, t);
        }
        t.rows++;
    }
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    printf("{\"engine\":\"simdjson\",\"stage\":\"parse_events\",\"s\":%.4f,\"rows\":%zu,"
           "\"bytes\":%zu,\"peak_mb\":0}\n",
           took.count(), t.rows, json.size());
    fprintf(stderr, "simdjson: %zu bytes of text, %.2f spent\n", t.bytes, t.spend);
    return 0;
}
