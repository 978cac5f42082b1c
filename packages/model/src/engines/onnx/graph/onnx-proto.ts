import protobuf from 'protobufjs'

/**
 * The messages of ONNX' onnx.proto that a computation graph needs, with the field numbers of
 * https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto (Apache-2.0).
 */
const SCHEMA = `
syntax = "proto2";
package onnx;
message AttributeProto {
  optional string name = 1; optional int32 type = 20; optional float f = 2; optional int64 i = 3;
  optional bytes s = 4; optional GraphProto g = 6; repeated float floats = 7; repeated int64 ints = 8;
}
message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
message NodeProto {
  repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4;
  optional string domain = 7; repeated AttributeProto attribute = 5;
}
message ModelProto {
  optional int64 ir_version = 1; repeated OperatorSetIdProto opset_import = 8; optional string producer_name = 2;
  optional GraphProto graph = 7;
}
message GraphProto {
  repeated NodeProto node = 1; optional string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message TensorProto {
  repeated int64 dims = 1 [packed = true]; optional int32 data_type = 2; optional string name = 8;
  optional bytes raw_data = 9;
}
message TypeProto { optional Tensor tensor_type = 1; message Tensor { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; } }
message TensorShapeProto { repeated Dimension dim = 1; message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; } }
message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
`

const ModelProto = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('onnx.ModelProto')

/** TensorProto.DataType. */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const
export type ElementType = keyof typeof ELEMENT_TYPES

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, graph: 5, floats: 6, ints: 7 } as const

/** Serialises a ModelProto given as a plain object with the field names of onnx.proto. */
export function encodeModel(model: object): Uint8Array {
  const fault = ModelProto.verify(model)
  if (fault) throw new TypeError(`not an ONNX model: ${fault}`)
  return ModelProto.encode(ModelProto.create(model)).finish()
}
