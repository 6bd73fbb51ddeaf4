/**
 * The words in which the shape of an answer is written. Neighbours: `records.ts` and `replies.ts` write
 * in them; core's `schema.ts` has those of bodies, which carry bounds, since what agents send is kept.
 */
import { type Static, type TObject, type TProperties, type TSchema, Type } from "typebox";

export const text = (description?: string) => Type.String(description ? { description } : {});
export const flag = () => Type.Boolean();
export const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description && { description }) });
export const time = () => Type.String({ format: "date-time" });
export const texts = () => Type.Array(Type.String());
export const oneOf = <const V extends readonly string[]>(values: V) =>
  Type.Unsafe<V[number]>({ type: "string", enum: [...values] });
export const optionalText = (description?: string) =>
  Type.Unsafe<string | null>({ type: ["string", "null"], ...(description && { description }) });
export const optionalTime = () =>
  Type.Unsafe<string | null>({ type: ["string", "null"], format: "date-time" });
export const optionalDate = () =>
  Type.Unsafe<string | null>({ type: ["string", "null"], format: "date" });
export const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

type Fixed<T> = T extends object ? { readonly [K in keyof T]: Fixed<T[K]> } : T;
/** `unknown` where each can stand for the other, so that it may be intersected away; else `never`. */
export type Same<A, B> = [Fixed<A>] extends [Fixed<B>]
  ? [Fixed<B>] extends [Fixed<A>]
    ? unknown
    : never
  : never;

/** Names the schema of a type; it must say exactly what the type says. */
export const record =
  <T>() =>
  <P extends TProperties>(title: string, fields: P & Same<Static<TObject<P>>, T>) =>
    Type.Object(fields as P, { title });
