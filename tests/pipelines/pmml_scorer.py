# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
"""A small PMML 4.4 scorer, written from the standard alone (https://dmg.org/pmml/v4-4-1/): reads a
document and scores rows of texts. Whatever it does not know is an error, never a guess."""
import math
import re
import struct
import xml.etree.ElementTree as ET

NS = "{http://www.dmg.org/PMML-4_4}"
MISSING = None
MODELS = ("RegressionModel", "TreeModel", "MiningModel", "ClusteringModel")


class Unknown(Exception):
    pass


def tag(e):
    return e.tag.removeprefix(NS)


def kids(e, *names):
    return [k for k in e if tag(k) in names]


def kid(e, name):
    found = kids(e, name)
    return found[0] if found else None


def to_float32(v):
    return struct.unpack("f", struct.pack("f", v))[0]


def cast(value, data_type):
    if value is MISSING:
        return MISSING
    if data_type == "string":
        return value
    if data_type == "boolean":
        if value not in ("true", "false"):
            raise ValueError(value)
        return value
    if data_type == "double":
        return float(value)
    if data_type == "float":
        return to_float32(float(value))
    raise Unknown(data_type)


class Fields:
    """Values by name; derived ones are worked out when they are asked for."""

    def __init__(self, values, types, derived, parent=None):
        self.values, self.types, self.derived, self.parent = values, types, derived, parent

    def type_of(self, name):
        if name in self.derived:
            return self.derived[name].get("dataType")
        if name in self.types:
            return self.types[name]
        return self.parent.type_of(name)

    def get(self, name):
        if name in self.values:
            return self.values[name]
        if name in self.derived:
            field = self.derived[name]
            expression = next(k for k in field if tag(k) != "Extension")
            self.values[name] = cast(evaluate(expression, self), field.get("dataType"))
            return self.values[name]
        if self.parent is None:
            raise Unknown(f"field {name}")
        return self.parent.get(name)


def apply_function(e, fields):
    arguments = [evaluate(k, fields) for k in e if tag(k) != "Extension"]
    name = e.get("function")
    if any(a is MISSING for a in arguments):
        return MISSING
    if name in ("+", "-", "*", "/"):
        a, b = arguments
        return a + b if name == "+" else a - b if name == "-" else a * b if name == "*" else a / b
    one = {"ln1p": math.log1p, "ln": math.log, "exp": math.exp}
    if name in one:
        return one[name](*arguments)
    if name == "threshold":
        return 1.0 if arguments[0] > arguments[1] else 0.0
    if name in ("min", "max"):
        return min(arguments) if name == "min" else max(arguments)
    raise Unknown(f"function {name}")


def map_values(e, fields):
    pairs = [(p.get("field"), p.get("column")) for p in kids(e, "FieldColumnPair")]
    wanted = [(column, fields.get(field)) for field, column in pairs]
    if any(v is MISSING for _, v in wanted):
        return e.get("mapMissingTo")
    for row in kid(e, "InlineTable"):
        cells = {tag(c): c.text or "" for c in row}
        if all(cells[column] == value for column, value in wanted):
            return cells[e.get("outputColumn")]
    return e.get("defaultValue")


def norm_continuous(e, fields):
    x = fields.get(e.get("field"))
    if x is MISSING:
        return MISSING
    points = [(float(p.get("orig")), float(p.get("norm"))) for p in kids(e, "LinearNorm")]
    if e.get("outliers") != "asExtremeValues":
        raise Unknown("outliers")
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x <= x1:
            return y0 + (x - x0) * (y1 - y0) / (x1 - x0)
    return points[-1][1]


def evaluate(e, fields):
    kind = tag(e)
    if kind == "FieldRef":
        return fields.get(e.get("field"))
    if kind == "Constant":
        return cast(e.text, e.get("dataType", "double"))
    if kind == "NormDiscrete":
        value = fields.get(e.get("field"))
        if value is MISSING:
            missing = e.get("mapMissingTo")
            return MISSING if missing is None else float(missing)
        return 1.0 if value == e.get("value") else 0.0
    if kind == "Apply":
        return apply_function(e, fields)
    if kind == "NormContinuous":
        return norm_continuous(e, fields)
    if kind == "MapValues":
        return cast(map_values(e, fields), e.get("dataType", "string"))
    raise Unknown(kind)


def array(e):
    if e.get("type") == "string":
        items = [re.sub(r'\\(.)', r"\1", m[1]) if m[0].startswith('"') else m[0]
                 for m in re.finditer(r'"((?:[^"\\]|\\.)*)"|\S+', e.text or "")]
    else:
        items = [float(x) for x in (e.text or "").split()]
    if len(items) != int(e.get("n")):
        raise Unknown(f"array of {e.get('n')}: {e.text}")
    return items


def predicate(e, fields):
    """True, False, or MISSING."""
    kind = tag(e)
    if kind in ("True", "False"):
        return kind == "True"
    if kind == "CompoundPredicate":
        return compound(e, fields)
    value = fields.get(e.get("field"))
    operator = e.get("operator") or e.get("booleanOperator")
    if operator in ("isMissing", "isNotMissing"):
        return (value is MISSING) == (operator == "isMissing")
    if value is MISSING:
        return MISSING
    if kind == "SimpleSetPredicate":
        return (value in array(kid(e, "Array"))) == (operator == "isIn")
    other = cast(e.get("value"), fields.type_of(e.get("field")))
    return {"equal": value == other, "notEqual": value != other, "lessThan": value < other if value != other else False,
            "lessOrEqual": value <= other, "greaterThan": value > other, "greaterOrEqual": value >= other}[operator]


def compound(e, fields):
    parts = [predicate(k, fields) for k in e if tag(k) != "Extension"]
    operator = e.get("booleanOperator")
    if operator == "surrogate":
        return next((p for p in parts if p is not MISSING), MISSING)
    if operator == "and":
        return False if False in parts else MISSING if MISSING in parts else True
    if operator == "or":
        return True if True in parts else MISSING if MISSING in parts else False
    raise Unknown(operator)


def node_predicate(node):
    return next(k for k in node if tag(k) in ("True", "False", "SimplePredicate", "SimpleSetPredicate",
                                              "CompoundPredicate"))


def score_tree(model, fields):
    strategy = model.get("missingValueStrategy", "none")
    at = kid(model, "Node")
    while kids(at, "Node"):
        taken = MISSING
        for child in kids(at, "Node"):
            holds = predicate(node_predicate(child), fields)
            if holds is MISSING and strategy == "defaultChild":
                taken = next(n for n in kids(at, "Node") if n.get("id") == at.get("defaultChild"))
                break
            if holds is MISSING and strategy != "none":
                raise Unknown(strategy)
            if holds:
                taken = child
                break
        if taken is MISSING:
            raise Unknown("no true child")
        at = taken
    if model.get("functionName") == "regression":
        return {"value": float(at.get("score"))}
    counts = {d.get("value"): d for d in kids(at, "ScoreDistribution")}
    if all(d.get("probability") for d in counts.values()):
        probability = {v: float(d.get("probability")) for v, d in counts.items()}
    else:
        total = sum(float(d.get("recordCount")) for d in counts.values())
        probability = {v: float(d.get("recordCount")) / total for v, d in counts.items()}
    return {"value": at.get("score"), "probability": probability, "id": at.get("id")}


def table_value(table, fields):
    total = float(table.get("intercept"))
    for p in table:
        if tag(p) == "NumericPredictor":
            value = fields.get(p.get("name"))
            if value is MISSING:
                return MISSING
            total += float(p.get("coefficient")) * value ** int(p.get("exponent", "1"))
        elif tag(p) == "CategoricalPredictor":
            total += float(p.get("coefficient")) * (fields.get(p.get("name")) == p.get("value"))
        else:
            raise Unknown(tag(p))
    return total


def logistic(y):
    return 1 / (1 + math.exp(-y)) if y >= 0 else math.exp(y) / (1 + math.exp(y))


def score_regression(model, fields):
    tables = kids(model, "RegressionTable")
    values = [table_value(t, fields) for t in tables]
    method = model.get("normalizationMethod", "none")
    if model.get("functionName") == "regression":
        if method != "none":
            raise Unknown(method)
        return {"value": values[0]}
    names = [t.get("targetCategory") for t in tables]
    if method == "logit" and len(tables) == 2:
        p = logistic(values[0])
        return best({names[0]: p, names[1]: 1 - p})
    if method == "softmax":
        top = max(values)
        powers = [math.exp(v - top) for v in values]
        return best({n: p / sum(powers) for n, p in zip(names, powers)})
    raise Unknown(method)


def best(probability):
    return {"value": max(probability, key=probability.get), "probability": probability}


def score_clusters(model, fields):
    measure = kid(model, "ComparisonMeasure")
    if measure.get("kind") != "distance" or measure.get("compareFunction", "absDiff") != "absDiff":
        raise Unknown("comparison")
    names = [f.get("field") for f in kids(model, "ClusteringField")]
    row = [fields.get(n) for n in names]
    found = []
    for i, c in enumerate(kids(model, "Cluster")):
        centre = array(kid(c, "Array"))
        squares = sum((a - b) ** 2 for a, b in zip(row, centre))
        distance = {"euclidean": math.sqrt(squares), "squaredEuclidean": squares}[tag(measure[0])]
        found.append((distance, i, c.get("id", str(i + 1))))
    distance, _, name = min(found)
    return {"value": name, "affinity": distance}


def score_chain(segments, fields):
    result = None
    for segment in segments:
        if predicate(next(k for k in segment if tag(k) not in MODELS and tag(k) != "Extension"), fields):
            model = next(k for k in segment if tag(k) in MODELS)
            result, outputs = score_model(model, fields)
            fields.values.update(outputs)
            fields.types.update({o.get("name"): o.get("dataType") for o in output_fields(model)})
    return result


def score_mining(model, fields):
    segmentation = kid(model, "Segmentation")
    segments = kids(segmentation, "Segment")
    method = segmentation.get("multipleModelMethod")
    if method == "modelChain":
        return score_chain(segments, fields)
    results, weights = [], []
    for segment in segments:
        if predicate(next(k for k in segment if tag(k) not in MODELS and tag(k) != "Extension"), fields):
            results.append(score_model(next(k for k in segment if tag(k) in MODELS), fields)[0])
            weights.append(float(segment.get("weight", "1")))
    if method not in ("sum", "average", "weightedAverage"):
        raise Unknown(method)
    share = {"sum": 1, "average": 1 / len(results), "weightedAverage": 1 / sum(weights)}[method]
    weights = weights if method == "weightedAverage" else [1] * len(results)
    if model.get("functionName") == "classification":
        names = results[0]["probability"]
        return best({n: sum(w * r["probability"][n] for w, r in zip(weights, results)) * share for n in names})
    return {"value": sum(w * r["value"] for w, r in zip(weights, results)) * share}


def output_fields(model):
    output = kid(model, "Output")
    return [] if output is None else kids(output, "OutputField")


def output_value(field, result, fields):
    feature = field.get("feature", "predictedValue")
    if feature == "predictedValue":
        return cast(result["value"], field.get("dataType"))
    if feature == "probability":
        return result["probability"][field.get("value")]
    if feature == "affinity":
        return result["affinity"]
    if feature == "entityId":
        return result["id"]
    if feature == "transformedValue":
        return evaluate(next(k for k in field if tag(k) != "Extension"), fields)
    raise Unknown(feature)


def rescale(model, result):
    targets = kid(model, "Targets")
    for target in [] if targets is None else targets:
        value = result["value"] * float(target.get("rescaleFactor", "1"))
        result = dict(result, value=value + float(target.get("rescaleConstant", "0")))
    return result


def score_model(model, parent):
    local = kid(model, "LocalTransformations")
    derived = {} if local is None else {d.get("name"): d for d in kids(local, "DerivedField")}
    fields = Fields({}, {}, derived, parent)
    kind = {"RegressionModel": score_regression, "TreeModel": score_tree, "MiningModel": score_mining,
            "ClusteringModel": score_clusters}[tag(model)]
    result = rescale(model, kind(model, fields))
    outputs = {}
    for field in output_fields(model):
        outputs[field.get("name")] = output_value(field, result, fields)
        fields.values[field.get("name")] = outputs[field.get("name")]
    return result, outputs


class Scorer:
    def __init__(self, path):
        root = ET.parse(path).getroot()
        if root.tag != NS + "PMML" or root.get("version") != "4.4":
            raise Unknown("not PMML 4.4")
        self.dictionary = {f.get("name"): f for f in kids(kid(root, "DataDictionary"), "DataField")}
        models = kids(root, *MODELS)
        if len(models) != 1:
            raise Unknown("models")
        self.model = models[0]
        self.mining = kids(kid(self.model, "MiningSchema"), "MiningField")
        self.active = [m for m in self.mining if m.get("usageType", "active") == "active"]

    def prepared(self, mining, text):
        """A raw text as the value of a field: invalid and missing values as the schema says."""
        field = self.dictionary[mining.get("name")]
        values = [v.get("value") for v in kids(field, "Value")]
        value = MISSING
        if text != "":
            try:
                value = cast(text, field.get("dataType"))
                invalid = bool(values) and value not in values
            except ValueError:
                invalid = True
            if invalid:
                if mining.get("invalidValueTreatment", "returnInvalid") != "asMissing":
                    raise Unknown(f"invalid value {text}")
                value = MISSING
        if value is MISSING:
            if mining.get("missingValueTreatment") == "returnInvalid":
                raise Unknown(f"{mining.get('name')} is missing")
            value = cast(mining.get("missingValueReplacement"), field.get("dataType"))
        return value

    def score(self, row):
        """Outputs by name of a row: field name -> text, "" = missing."""
        values = {m.get("name"): self.prepared(m, row[m.get("name")]) for m in self.active}
        types = {name: f.get("dataType") for name, f in self.dictionary.items()}
        return score_model(self.model, Fields(values, types, {}))[1]
