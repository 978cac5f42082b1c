-- CreateEnum
CREATE TYPE "dataset_state" AS ENUM ('uploading', 'ready');

-- AlterTable
ALTER TABLE "sweep" ADD COLUMN     "dataset_digest" TEXT;

-- AlterTable
ALTER TABLE "trial" ADD COLUMN     "dataset_digest" TEXT;

-- CreateTable
CREATE TABLE "dataset" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER,
    "state" "dataset_state" NOT NULL DEFAULT 'uploading',
    "digest" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dataset_chunk" (
    "dataset_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "dataset_chunk_pkey" PRIMARY KEY ("dataset_id","number")
);

-- CreateIndex
CREATE INDEX "dataset_digest_idx" ON "dataset"("digest");

-- CreateIndex
CREATE UNIQUE INDEX "dataset_name_version_key" ON "dataset"("name", "version");

-- AddForeignKey
ALTER TABLE "dataset_chunk" ADD CONSTRAINT "dataset_chunk_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Pixels hardly compress, and a part of a value that is not compressed is read by itself.
ALTER TABLE "dataset_chunk" ALTER COLUMN "data" SET STORAGE EXTERNAL;
