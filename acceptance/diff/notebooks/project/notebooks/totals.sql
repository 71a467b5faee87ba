-- Databricks notebook source
SELECT 1

-- COMMAND ----------

-- MAGIC %md
-- MAGIC # Totals
